package org.medtune.export;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Optional;
import org.medtune.StopSignal;
import org.medtune.adapter.AdapterValues;
import org.medtune.model.ModelConfiguration;
import org.medtune.model.ModelFolder;
import org.medtune.model.Projection;
import org.medtune.model.RotaryEmbedding;
import org.medtune.model.Tokenizer;
import org.medtune.model.WeightNames;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorRuntime;
import org.medtune.tensor.TensorScope;

/**
 * Writes a base model, with or without an adapter merged into it, as one GGUF file, which llama.cpp and programs built
 * on it load. Merging is computed in float32 and rounded once; norms and biases stay in float32.
 *
 * <p>Sources: {@code docs/gguf.md} of ggml (format and keys); {@code convert_hf_to_gguf.py} of llama.cpp (which tensor
 * is called what, and the order of the rows of q and k in the architecture {@code llama}).
 */
public final class GgufExport {

    private final MergedWeights weights;
    private final Format format;
    private final String name;

    /** How matrices are written. */
    public enum Format {
        /** In float16. */
        F16(GgufWriter.TensorType.F16, 1),
        /** In 8 bits with a scale for each 32 numbers of a row: 8.5 bits a weight. */
        Q8_0(GgufWriter.TensorType.Q8_0, 7);

        private final GgufWriter.TensorType type;
        private final int fileType;

        Format(GgufWriter.TensorType type, int fileType) {
            this.type = type;
            this.fileType = fileType;
        }
    }

    /**
     * An export that has not been written yet.
     *
     * @param adapter values that fit the base model; nothing for the base model alone
     * @param name of the model, which programs show
     */
    public GgufExport(ModelFolder base, Optional<AdapterValues> adapter, Format format, String name) {
        this.weights = adapter.map(values -> new MergedWeights(base, values)).orElseGet(() -> new MergedWeights(base));
        this.format = format;
        this.name = name;
    }

    /** The bytes that the file will take, but for its metadata. */
    public long bytes() {
        GgufWriter writer = new GgufWriter();
        try (TensorScope scope = TensorRuntime.on(ComputeDevice.CPU).newScope()) {
            addTensors(writer, scope, StopSignal.NEVER);
        }
        return writer.dataBytes();
    }

    /**
     * Writes the file, which must not exist.
     *
     * @param stop looked at between pieces of at most 64 MiB
     * @throws org.medtune.StoppedException if a stop was asked for
     * @throws org.medtune.InvalidInputException when the model's tokenizer or position embedding cannot be expressed in
     *     GGUF, or a value is too large for float16
     */
    public void write(Path file, StopSignal stop) throws IOException {
        GgufWriter writer = new GgufWriter();
        addConfiguration(writer);
        try (Tokenizer tokenizer = Tokenizer.open(weights.base().path());
                TensorScope scope = TensorRuntime.on(ComputeDevice.CPU).newScope()) {
            GgufVocabulary.read(weights.base().path(), configuration().vocabularySize()).addTo(writer, tokenizer);
            addTensors(writer, scope, stop);
            writer.write(file);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private ModelConfiguration configuration() {
        return weights.base().configuration();
    }

    private void addConfiguration(GgufWriter writer) {
        ModelConfiguration model = configuration();
        String architecture = model.modelType();
        writer.put("general.architecture", architecture)
                .put("general.type", "model")
                .put("general.name", name)
                .put("general.file_type", format.fileType)
                .put("general.quantization_version", 2)
                .put(architecture + ".vocab_size", model.vocabularySize())
                .put(architecture + ".block_count", model.layers())
                .put(architecture + ".context_length", model.maxPositionEmbeddings())
                .put(architecture + ".embedding_length", model.hiddenSize())
                .put(architecture + ".feed_forward_length", model.intermediateSize())
                .put(architecture + ".attention.head_count", model.attentionHeads())
                .put(architecture + ".attention.head_count_kv", model.keyValueHeads())
                .put(architecture + ".attention.key_length", model.headSize())
                .put(architecture + ".attention.value_length", model.headSize())
                .put(architecture + ".attention.layer_norm_rms_epsilon", model.rmsNormEpsilon())
                .put(architecture + ".rope.dimension_count", model.headSize())
                .put(architecture + ".rope.freq_base", model.rotaryEmbedding().theta());
        RotaryEmbedding.Scaling scaling = model.rotaryEmbedding().scaling();
        if (scaling instanceof RotaryEmbedding.Linear linear) {
            writer.put(architecture + ".rope.scaling.type", "linear")
                    .put(architecture + ".rope.scaling.factor", linear.factor());
        } else if (scaling instanceof RotaryEmbedding.Llama3 && !isLlama()) {
            throw MESSAGES.positionsNotForGguf(weights.base().path(), "llama3", architecture);
        }
    }

    private void addTensors(GgufWriter writer, TensorScope scope, StopSignal stop) {
        ModelConfiguration model = configuration();
        if (model.rotaryEmbedding().scaling() instanceof RotaryEmbedding.Llama3 llama3) {
            writer.add("rope_freqs.weight", GgufWriter.TensorType.F32, new long[] {model.headSize() / 2},
                    channel -> writeFully(channel, frequencyFactors(scope, llama3).toBytes()));
        }
        add(writer, scope, stop, WeightNames.EMBEDDING, "token_embd.weight", 0);
        for (int layer = 0; layer < model.layers(); layer++) {
            String block = "blk." + layer + ".";
            add(writer, scope, stop, WeightNames.inputNorm(layer), block + "attn_norm.weight", 0);
            add(writer, scope, stop, WeightNames.postAttentionNorm(layer), block + "ffn_norm.weight", 0);
            for (Projection projection : Projection.values()) {
                int heads = permuted(projection) ? model.headSize() : 0;
                add(writer, scope, stop, WeightNames.weight(layer, projection), block + name(projection) + ".weight",
                        heads);
                if (projection.hasBias(model)) {
                    add(writer, scope, stop, WeightNames.bias(layer, projection), block + name(projection) + ".bias",
                            heads);
                }
            }
        }
        add(writer, scope, stop, WeightNames.FINAL_NORM, "output_norm.weight", 0);
        if (!model.tiedEmbeddings()) {
            add(writer, scope, stop, WeightNames.HEAD, "output.weight", 0);
        }
    }

    private static String name(Projection projection) {
        return switch (projection) {
            case Q -> "attn_q";
            case K -> "attn_k";
            case V -> "attn_v";
            case O -> "attn_output";
            case GATE -> "ffn_gate";
            case UP -> "ffn_up";
            case DOWN -> "ffn_down";
        };
    }

    /** In the architecture llama the two numbers that are rotated together lie side by side. */
    private boolean permuted(Projection projection) {
        return isLlama() && (projection == Projection.Q || projection == Projection.K);
    }

    private boolean isLlama() {
        return configuration().modelType().equals("llama");
    }

    /**
     * Adds a tensor of the model.
     *
     * @param headSize rows of a head whose halves are to be interleaved; 0 for rows as they are
     */
    private void add(GgufWriter writer, TensorScope scope, StopSignal stop, String tensor, String ggufName,
            int headSize) {
        long[] shape = weights.base().tensors().get(tensor).shape();
        GgufWriter.TensorType type = shape.length == 1 ? GgufWriter.TensorType.F32
                : shape[1] % format.type.blockElements() == 0 ? format.type : GgufWriter.TensorType.F16;
        writer.add(ggufName, type, shape, channel ->
                weights.forEachPiece(scope, tensor, Math.max(1, headSize), stop, piece -> {
                    Tensor rows = headSize == 0 ? piece : scope.callForTensor("interleave_halves", piece, headSize);
                    Tensor bytes = bytes(scope, tensor, rows, type);
                    writeFully(channel, bytes.toBytes());
                    bytes.close();
                    rows.close();
                }));
    }

    private static Tensor bytes(TensorScope scope, String tensor, Tensor piece, GgufWriter.TensorType type) {
        return switch (type) {
            case F32 -> NarrowedPiece.bytes(scope, tensor, piece, ElementType.FLOAT32);
            case F16 -> NarrowedPiece.bytes(scope, tensor, piece, ElementType.FLOAT16);
            case Q8_0 -> {
                NarrowedPiece.requireHalf(scope, tensor, piece);
                yield scope.callForTensor("q8_0", piece);
            }
        };
    }

    /** By what each frequency is divided. */
    private Tensor frequencyFactors(TensorScope scope, RotaryEmbedding.Llama3 llama3) {
        Tensor plain = scope.callForTensor("inverse_frequencies", configuration().headSize(),
                configuration().rotaryEmbedding().theta(), scope.zeros(ElementType.FLOAT32, 1));
        Tensor stretched = scope.callForTensor("llama3_frequencies", plain, llama3.factor(),
                llama3.lowFrequencyFactor(), llama3.highFrequencyFactor(), (double) llama3.originalContext());
        return scope.callForTensor("quotient", plain, stretched);
    }

    private static void writeFully(WritableByteChannel channel, ByteBuffer buffer) {
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
