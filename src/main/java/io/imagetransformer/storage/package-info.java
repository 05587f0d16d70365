/**
 * Object storage: clients from settings, what we ask of them, where an image is filed and what its copy tells of its
 * origin.
 *
 * <p>What a newcomer gets wrong: a bare {@code HEAD} tells no error code; AWS answers 403 for a missing key to whom may
 * not list the bucket; user metadata has room for 2 KB of ASCII in all; and the SDK retries by itself unless told not to
 * (here the route is the one owner of retries).
 */
@NullMarked
package io.imagetransformer.storage;

import org.jspecify.annotations.NullMarked;
