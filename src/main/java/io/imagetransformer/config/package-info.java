/**
 * The settings as validated records, read through the same placeholders as the routes, so that Java and YAML never
 * differ. Defaults live in {@code application.properties} alone: the copy in the jar holds the value of every key that
 * the user's file leaves out.
 */
@NullMarked
package io.imagetransformer.config;

import org.jspecify.annotations.NullMarked;
