package org.medtune.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.medtune.model.SafetensorsFile;

/** Reference values made with Transformers and PEFT; the README beside the files says how. */
public final class Golden {

    /** The folder of the files. */
    public static final Path FOLDER = Path.of("src/test/resources/golden");

    /** The embedded model, from which the values were made. */
    public static final Path MODEL = Path.of("models/tiny-med-qwen2");

    private static final JsonNode ROOT = read(FOLDER.resolve("golden.json"));

    private Golden() {}

    /** A part of golden.json. */
    public static JsonNode json(String field) {
        return ROOT.get(field);
    }

    /** The cases of a part of golden.json. */
    public static List<JsonNode> cases(String field) {
        return StreamSupport.stream(json(field).spliterator(), false).toList();
    }

    /** An array of integers as ids. */
    public static int[] ids(JsonNode array) {
        int[] ids = new int[array.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = array.get(i).asInt();
        }
        return ids;
    }

    /** A float32 tensor of a safetensors file, row-major. */
    public static float[] floats(Path file, String name) {
        SafetensorsFile opened = SafetensorsFile.open(file);
        SafetensorsFile.Entry entry = opened.entries().get(name);
        FloatBuffer buffer = opened.map(entry, 0, (int) entry.length()).asFloatBuffer();
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        return values;
    }

    private static JsonNode read(Path file) {
        try {
            return new ObjectMapper().readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
