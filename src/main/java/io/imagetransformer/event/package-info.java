/**
 * What an upload looks like when it reaches us: one Kafka record or HTTP body in, a list of verdicts out. Pure: neither
 * Camel nor Kafka nor an S3 client is known here, and nothing is fetched.
 *
 * <p>{@link io.imagetransformer.event.EventDecoder} is the door; {@link io.imagetransformer.event.SourcePolicy} then
 * says which of the uploads may be read. What a newcomer gets wrong:
 *
 * <ul>
 *   <li>One record may carry several objects, with different verdicts; the order is kept.
 *   <li>{@code ObjectCreated:*} is not "an object was uploaded": MinIO puts tagging, retention and legal hold there.
 *   <li>A key is form-encoded by some stores and raw by others, and MinIO writes it both ways in one document. Decoding
 *       one time too often or too rarely names another object. {@code docs/decisions/0002-key-decoding.md} has the rule.
 *   <li>MinIO's records have no headers at all, Knative's KafkaSource sends CloudEvents headers around them and often no
 *       Content-Type: the body decides what it is, unless the content type says CloudEvents.
 *   <li>{@code size} may be a string, or absent (an empty object); {@code versionId} may be empty or {@code "null"}.
 *   <li>Keys such as {@code ../x} or {@code /x} are legal and are created: a key is never used as a path, never
 *       evaluated, and never made safe here. What prints it escapes it.
 *   <li>An event tells of user metadata and, from some stores, of request headers with signatures in them: no detail of
 *       a verdict ever quotes those.
 * </ul>
 */
@NullMarked
package io.imagetransformer.event;

import org.jspecify.annotations.NullMarked;
