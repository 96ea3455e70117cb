package org.medtune.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.medtune.model.SafetensorsFile;
import org.medtune.model.SafetensorsWriter;

/** The embedded model written anew as one float32 file, with changes. */
public final class RewrittenModel {

    private final ObjectNode configuration;
    private final Map<String, Weights> tensors = new TreeMap<>();

    private record Weights(long[] shape, ByteBuffer bytes) {}

    /** The embedded model without changes. */
    public RewrittenModel() throws IOException {
        configuration = (ObjectNode) new ObjectMapper().readTree(Golden.MODEL.resolve("config.json").toFile());
        for (Path shard : shards()) {
            SafetensorsFile file = SafetensorsFile.open(shard);
            file.entries().forEach((name, entry) ->
                    tensors.put(name, new Weights(entry.shape(), widened(file, entry))));
        }
    }

    /** Changes config.json. */
    public RewrittenModel configure(Consumer<ObjectNode> change) {
        change.accept(configuration);
        return this;
    }

    /** Adds a copy of a tensor under another name. */
    public RewrittenModel copy(String name, String newName) {
        tensors.put(newName, tensors.get(name));
        return this;
    }

    /** Leaves tensors out. */
    public RewrittenModel without(Predicate<String> names) {
        tensors.keySet().removeIf(names);
        return this;
    }

    /** Sets all elements of tensors to zero. */
    public RewrittenModel zero(Predicate<String> names) {
        tensors.replaceAll((name, weights) -> names.test(name)
                ? new Weights(weights.shape(), direct(weights.bytes().capacity()))
                : weights);
        return this;
    }

    /** Replaces the values of a tensor by a function of its shape and its float32 values. */
    public RewrittenModel replace(String name, BiFunction<long[], ByteBuffer, ByteBuffer> change) {
        tensors.computeIfPresent(name, (same, weights) -> new Weights(weights.shape(),
                change.apply(weights.shape(), weights.bytes().duplicate().order(ByteOrder.LITTLE_ENDIAN))));
        return this;
    }

    /** Writes config.json and model.safetensors; the tokenizer is left where it is. */
    public Path writeTo(Path folder) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        tensors.forEach((name, weights) -> writer.add(name, weights.shape(), weights.bytes().duplicate()));
        writer.write(folder.resolve("model.safetensors"));
        new ObjectMapper().writeValue(folder.resolve("config.json").toFile(), configuration);
        return folder;
    }

    private static List<Path> shards() throws IOException {
        try (Stream<Path> files = Files.list(Golden.MODEL)) {
            return files.filter(file -> file.toString().endsWith(".safetensors")).toList();
        }
    }

    /** A bfloat16 number is the upper half of a float32 number. */
    private static ByteBuffer widened(SafetensorsFile file, SafetensorsFile.Entry entry) {
        ShortBuffer halves = file.map(entry, 0, (int) entry.length()).asShortBuffer();
        ByteBuffer bytes = direct(halves.remaining() * Float.BYTES);
        for (int i = 0; i < halves.limit(); i++) {
            bytes.putInt(i * Float.BYTES, halves.get(i) << Short.SIZE);
        }
        return bytes;
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
