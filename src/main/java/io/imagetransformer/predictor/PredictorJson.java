package io.imagetransformer.predictor;

import java.io.IOException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** JSON as predictors write it. */
final class PredictorJson {
    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // Python writes NaN and Infinity as they are
            .build();

    static {
        MAPPER.getFactory()
                .setStreamReadConstraints(
                        StreamReadConstraints.builder().maxNestingDepth(32).build());
    }

    private PredictorJson() {}

    /** The message tells what the body is instead, for a person. */
    static final class NoJson extends Exception {
        private static final long serialVersionUID = 1L;

        NoJson(String message) {
            super(message);
        }
    }

    /** @param length how many bytes of the body are JSON */
    static JsonNode read(byte[] body, int length) throws NoJson {
        try {
            return MAPPER.readTree(body, 0, length);
        } catch (JsonProcessingException e) {
            throw new NoJson("not JSON: " + Quotes.quote(body));
        } catch (IOException e) {
            throw new NoJson("not readable: " + e.getMessage());
        }
    }
}
