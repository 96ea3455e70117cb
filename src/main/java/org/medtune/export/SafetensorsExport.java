package org.medtune.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.medtune.StopSignal;
import org.medtune.adapter.AdapterValues;
import org.medtune.model.ModelFolder;
import org.medtune.model.SafetensorsFile;
import org.medtune.model.SafetensorsWriter;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorRuntime;
import org.medtune.tensor.TensorScope;

/**
 * Writes a base model, with or without an adapter merged into it, as a Hugging Face folder that Transformers loads:
 * safetensors files with the names and shapes of the base model's, its configuration and its tokenizer. Merging is
 * computed in float32 and rounded once.
 */
public final class SafetensorsExport {

    /** The size that {@code save_pretrained} splits files at. */
    public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

    /** Files of a model folder that are not ours to copy: weights in any format, their indices, and hidden files. */
    private static final Pattern WEIGHTS = Pattern.compile("\\..*|manifest\\.json|.*\\.index\\.json"
            + "|.*\\.(safetensors|bin|pt|pth|ckpt|gguf|h5|msgpack|onnx)");

    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final MergedWeights weights;
    private final Optional<ElementType> type;
    private final long shardBytes;

    /**
     * An export that has not been written yet.
     *
     * @param adapter values that fit the base model; nothing for the base model alone
     * @param type of all tensors: float32, float16 or bfloat16; nothing for the one that each has in the base model
     * @param shardBytes the most bytes of one file; a tensor that is larger has one to itself
     */
    public SafetensorsExport(ModelFolder base, Optional<AdapterValues> adapter, Optional<ElementType> type,
            long shardBytes) {
        this.weights = adapter.map(values -> new MergedWeights(base, values)).orElseGet(() -> new MergedWeights(base));
        this.type = type;
        this.shardBytes = shardBytes;
    }

    /** The bytes that the folder will take, but for small files. */
    public long bytes() {
        return weights.base().tensors().values().stream().mapToLong(this::bytes).sum();
    }

    /**
     * Writes the files into an existing folder that is empty.
     *
     * @param stop looked at between pieces of at most 64 MiB
     * @throws org.medtune.InvalidInputException when a value is too large for float16
     * @throws org.medtune.StoppedException if a stop was asked for
     */
    public void writeTo(Path folder, StopSignal stop) throws IOException {
        List<List<String>> shards = shards();
        ObjectNode index = MAPPER.createObjectNode();
        index.putObject("metadata").put("total_size", bytes());
        ObjectNode weightMap = index.putObject("weight_map");
        try (TensorScope scope = TensorRuntime.on(ComputeDevice.CPU).newScope()) {
            for (int number = 0; number < shards.size(); number++) {
                String file = shards.size() == 1 ? "model.safetensors"
                        : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", number + 1, shards.size());
                SafetensorsWriter writer = new SafetensorsWriter();
                for (String name : shards.get(number)) {
                    SafetensorsFile.Entry entry = weights.base().tensors().get(name);
                    writer.add(name, typeOf(entry), entry.shape(),
                            channel -> write(scope, name, typeOf(entry), stop, channel));
                    weightMap.put(name, file);
                }
                writer.write(folder.resolve(file));
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        if (shards.size() > 1) {
            MAPPER.writeValue(folder.resolve("model.safetensors.index.json").toFile(), index);
        }
        copyOtherFiles(folder);
    }

    private void write(TensorScope scope, String name, ElementType target, StopSignal stop,
            WritableByteChannel channel) {
        weights.forEachPiece(scope, name, 1, stop, piece -> {
            Tensor bytes = NarrowedPiece.bytes(scope, name, piece, target);
            ByteBuffer buffer = bytes.toBytes();
            bytes.close();
            try {
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Fills files in the order of the base model's tensors. */
    private List<List<String>> shards() {
        List<List<String>> shards = new ArrayList<>();
        long left = 0;
        for (Map.Entry<String, SafetensorsFile.Entry> tensor : weights.base().tensors().entrySet()) {
            if (shards.isEmpty() || bytes(tensor.getValue()) > left) {
                shards.add(new ArrayList<>());
                left = shardBytes;
            }
            shards.get(shards.size() - 1).add(tensor.getKey());
            left -= bytes(tensor.getValue());
        }
        return shards;
    }

    private void copyOtherFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(weights.base().path())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                if (name.equals("config.json") && type.isPresent()) {
                    MAPPER.writeValue(folder.resolve(name).toFile(), configuration(file));
                } else if (!WEIGHTS.matcher(name).matches()) {
                    Files.copy(file, folder.resolve(name));
                }
            }
        }
    }

    /** The configuration with the type that the tensors have now; {@code dtype} was {@code torch_dtype} before 5. */
    private ObjectNode configuration(Path file) throws IOException {
        ObjectNode root = (ObjectNode) MAPPER.readTree(file.toFile());
        Map<ElementType, String> names = Map.of(ElementType.FLOAT32, "float32",
                ElementType.FLOAT16, "float16", ElementType.BFLOAT16, "bfloat16");
        root.put(root.has("torch_dtype") ? "torch_dtype" : "dtype", names.get(type.orElseThrow()));
        return root;
    }

    private ElementType typeOf(SafetensorsFile.Entry entry) {
        return type.orElse(entry.type());
    }

    private long bytes(SafetensorsFile.Entry entry) {
        return entry.length() / entry.type().bytes() * typeOf(entry).bytes();
    }
}
