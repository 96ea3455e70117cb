package org.medtune;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;

/** The recorded texts and token ids of the original implementation; golden/README.md says how they were made. */
public final class GoldenText {

    /** The embedded model, which they were made with. */
    public static final Path MODEL = Path.of("models", "tiny-med-qwen2");

    private GoldenText() {}

    /** The cases of one section of golden.json, such as {@code tokenizer}. */
    public static List<JsonNode> cases(String section) {
        try (InputStream in = GoldenText.class.getResourceAsStream("/golden/golden.json")) {
            JsonNode cases = new ObjectMapper().readTree(in).required(section);
            return StreamSupport.stream(cases.spliterator(), false).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A JSON array of numbers. */
    public static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::intValue).toArray();
    }
}
