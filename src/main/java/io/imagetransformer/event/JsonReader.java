package io.imagetransformer.event;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.HexFormat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cloudevents.CloudEvent;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.jackson.JsonFormatOptions;
import org.jspecify.annotations.Nullable;

/**
 * JSON from outside, read strictly and within bounds: one value, valid text, no name twice in an object, no deeper and
 * no more tokens than allowed. Tokens are bounded because a tree takes far more room than its text: 10 MiB of
 * {@code {},{},{}} would be some 300 MB.
 */
final class JsonReader {

    /** A tree, or why there is none. */
    sealed interface Outcome {
        record Tree(JsonNode root) implements Outcome {}

        record Refused(MalformedReason reason, String detail) implements Outcome {}
    }

    private final DecoderLimits limits;
    private final JsonMapper mapper;

    JsonReader(DecoderLimits limits) {
        this.limits = limits;
        StreamReadConstraints constraints = StreamReadConstraints.builder()
                // A whole event may stand in one string: in the Message of an SNS notification, or in Base64.
                .maxStringLength(limits.maxBytes())
                .build();
        this.mapper = JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(constraints)
                        // Names come from outside: what is interned would outlive the event.
                        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                        .build())
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .addModule(JsonFormat.getCloudEventJacksonModule(JsonFormatOptions.builder()
                        .forceIgnoreInvalidExtensionNameDeserialization(true)
                        .build()))
                .build();
    }

    /** @param charset as the content type names it; null for UTF-8, which RFC 8259 asks for. A byte order mark is skipped */
    Outcome read(byte[] body, @Nullable String charset) {
        Charset named;
        try {
            named = charset == null ? StandardCharsets.UTF_8 : Charset.forName(charset);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return new Outcome.Refused(MalformedReason.BAD_ENCODING, "unknown character set " + charset);
        }
        if (SeaweedFs.wrote(body)) {
            return new Outcome.Refused(
                    MalformedReason.SEAWEEDFS, "a notification of SeaweedFS: Protocol Buffers, no S3 event");
        }
        String text = Utf8.decode(body, named);
        if (text != null) {
            return read(text);
        }
        return beginsLikeJson(body)
                ? new Outcome.Refused(MalformedReason.BAD_ENCODING, "the bytes are no " + named.name())
                : new Outcome.Refused(MalformedReason.NOT_JSON, firstBytes(body));
    }

    /** As above, from text that was within something else. */
    Outcome read(String text) {
        try (BoundedParser parser = new BoundedParser(mapper.createParser(withoutByteOrderMark(text)), limits)) {
            if (parser.nextToken() == null) {
                return new Outcome.Refused(MalformedReason.NOT_JSON, "empty");
            }
            JsonNode root = mapper.readTree(parser);
            if (parser.nextToken() != null) {
                return new Outcome.Refused(
                        MalformedReason.NOT_JSON,
                        "more after the end of the JSON value" + at(parser.currentTokenLocation()));
            }
            return new Outcome.Tree(root);
        } catch (BoundExceeded e) {
            return new Outcome.Refused(e.reason, e.getOriginalMessage());
        } catch (StreamConstraintsException e) {
            return new Outcome.Refused(
                    MalformedReason.TOO_LARGE, "a JSON name, number or string without measure" + at(e.getLocation()));
        } catch (MismatchedInputException e) {
            // A tree takes every JSON value: a repeated name is all that can mismatch.
            return new Outcome.Refused(
                    MalformedReason.DUPLICATE_NAME, "a name occurs twice in one object" + at(e.getLocation()));
        } catch (JsonProcessingException e) {
            return new Outcome.Refused(
                    MalformedReason.NOT_JSON, "no JSON" + at(e.getLocation()) + ", begins with: " + beginning(text));
        } catch (IOException e) {
            return new Outcome.Refused(MalformedReason.NOT_JSON, "no JSON: " + e.getMessage());
        }
    }

    /** @throws JsonProcessingException or a runtime exception of the CloudEvents SDK, if the tree is no CloudEvent */
    CloudEvent cloudEvent(JsonNode node) throws JsonProcessingException {
        return mapper.treeToValue(node, CloudEvent.class);
    }

    private static String withoutByteOrderMark(String text) {
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static boolean beginsLikeJson(byte[] body) {
        for (byte b : body) {
            if (b > ' ') {
                return b == '{' || b == '[' || b == '"';
            }
        }
        return false;
    }

    /** Two dozen characters: enough to see XML, Avro's JSON or a log line, too few for anything private further in. */
    private static String beginning(String text) {
        return text.substring(0, Math.min(24, text.length()));
    }

    private static String firstBytes(byte[] body) {
        String hex = HexFormat.ofDelimiter(" ").formatHex(body, 0, Math.min(8, body.length));
        String looksLike = "";
        if (hex.startsWith("1f 8b")) {
            looksLike = ", as gzip does";
        } else if (hex.startsWith("89 50 4e 47") || hex.startsWith("ff d8 ff")) {
            looksLike = ", as a picture does (over HTTP it needs Content-Type: image/png or image/jpeg)";
        } else if (hex.startsWith("00 ") && body.length > 5) {
            looksLike = ", as what a schema registry serialises does";
        }
        return "no text, begins with the bytes " + hex + looksLike;
    }

    private static String at(@Nullable JsonLocation location) {
        return location == null ? "" : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    /** Ends the reading at our bounds, with our reason; Jackson's own bounds tell theirs in prose alone. */
    private static final class BoundedParser extends JsonParserDelegate {
        private final DecoderLimits limits;
        private long tokens;

        BoundedParser(JsonParser parser, DecoderLimits limits) {
            super(parser);
            this.limits = limits;
        }

        @Override
        public JsonToken nextToken() throws IOException {
            JsonToken token = super.nextToken();
            tokens++;
            if (tokens > limits.maxTokens()) {
                throw new BoundExceeded(MalformedReason.TOO_LARGE, "more than " + limits.maxTokens() + " JSON tokens");
            }
            if (getParsingContext().getNestingDepth() > limits.maxDepth()) {
                throw new BoundExceeded(
                        MalformedReason.TOO_DEEP,
                        "JSON nested deeper than " + limits.maxDepth() + at(currentTokenLocation()));
            }
            return token;
        }
    }

    private static final class BoundExceeded extends JsonProcessingException {
        private static final long serialVersionUID = 1L;

        private final MalformedReason reason;

        BoundExceeded(MalformedReason reason, String message) {
            super(message);
            this.reason = reason;
        }
    }
}
