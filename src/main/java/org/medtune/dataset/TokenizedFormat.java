package org.medtune.dataset;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * The JSON of the files that formatting writes. The ids have the name that Hugging Face's datasets give them:
 * <code>{"row":1,"input_ids":[8188,64],"truncated":false}</code>, and for a held-out row also
 * <code>"reference":{"question":"...","response":"..."}</code>.
 */
final class TokenizedFormat {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    private TokenizedFormat() {}

    /** A record as one line without its end. */
    static byte[] write(Record value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records of strings and numbers can always be written", e);
        }
    }

    /** The example of one line. */
    static TokenizedExample readExample(String line) throws JsonProcessingException {
        TokenizedExample example = MAPPER.readValue(line, TokenizedExample.class);
        if (example == null) {
            throw new IllegalArgumentException("the line holds null");
        }
        return example;
    }

    /** The row of one line of the rejects file. */
    static Reject readReject(String line) throws JsonProcessingException {
        return MAPPER.readValue(line, Reject.class);
    }

    /** The counts that the summary file holds. */
    static DatasetSummary readSummary(String text) throws JsonProcessingException {
        return MAPPER.readValue(text, DatasetSummary.class);
    }

    /**
     * A row of the rejects file.
     *
     * @param row the number of the row in the dataset
     * @param reason a sentence
     */
    record Reject(long row, String reason) {}
}
