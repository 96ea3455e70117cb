package org.medtune.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.medtune.tensor.AcceleratorKernels;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/** The kernels of {@code layer.cu} with the shapes of one model. All matrices are bfloat16. */
final class FusedKernels {

    /** Elements that a thread takes at a time. */
    private static final int VECTOR = 8;
    private static final int WARP = 32;
    private static final int THREADS = 256;
    private static final int MOST_THREADS = 512;

    /** As in {@code layer.cu}. */
    private static final int LARGEST_HEAD = 128;
    private static final int MOST_QUERIES = 8;
    private static final int STRETCH = 32;
    private static final int OUTPUTS = 16;

    private final AcceleratorKernels kernels;
    private final int hidden;
    private final int inner;
    private final int half;
    private final int heads;
    private final int groups;
    private final int vocabulary;
    private final float epsilon;

    FusedKernels(AcceleratorKernels kernels, ModelConfiguration configuration) {
        this.kernels = kernels;
        this.hidden = configuration.hiddenSize() / VECTOR;
        this.inner = configuration.intermediateSize() / VECTOR;
        this.half = configuration.headSize() / 2 / VECTOR;
        this.heads = configuration.attentionHeads();
        this.groups = configuration.keyValueHeads();
        this.vocabulary = configuration.vocabularySize() / VECTOR;
        this.epsilon = (float) configuration.rmsNormEpsilon();
    }

    /**
     * Rows normalised, and the reciprocal root mean square of each, float32 [tokens]. Rows may have spare columns.
     */
    record Normalised(Tensor normalised, Tensor inverseRms) {}

    /** Whether the kernels take a model's shapes: rows of whole vectors. */
    static boolean take(ModelConfiguration configuration) {
        return IntStream.of(configuration.hiddenSize(), configuration.intermediateSize(),
                configuration.vocabularySize(), configuration.headSize() / 2).allMatch(n -> n % VECTOR == 0);
    }

    /** An uninitialised tensor of another's shape. */
    Tensor like(TensorScope owner, Tensor x) {
        return empty(owner, x, x.shape());
    }

    /** An uninitialised tensor. */
    Tensor empty(TensorScope owner, Tensor like, long... shape) {
        return owner.callForTensor("empty", shape, ElementType.BFLOAT16.scalarType(), like);
    }

    /**
     * Normalises {@code x}, or {@code x} plus a residual, which then takes the place of {@code x}.
     *
     * @param spare columns to have behind each row, zeros
     */
    Normalised rmsNorm(TensorScope owner, Tensor x, Optional<Tensor> residual, Tensor weight, int spare) {
        Tensor normalised = empty(owner, x, rows(x), (long) hidden * VECTOR + spare);
        Tensor inverse = owner.callForTensor("empty", new long[] {rows(x)}, ElementType.FLOAT32.scalarType(), x);
        Normalised result = new Normalised(normalised, inverse);
        rmsNorm(rows(x), x, residual, weight, result, spare);
        return result;
    }

    /** The same of the first rows, into tensors that are there. */
    void rmsNorm(long rows, Tensor x, Optional<Tensor> residual, Tensor weight, Normalised result, int spare) {
        kernels.launch("rms_norm", rows, 1, threads(hidden), x, orNull(residual), weight, result.normalised(),
                result.inverseRms(), hidden, hidden + spare / VECTOR, epsilon);
    }

    /** The gradient of {@code x} from that of its normalised rows, plus another one. */
    Tensor rmsNormBackward(TensorScope owner, Tensor dy, Tensor x, Tensor weight, Normalised forward,
            Optional<Tensor> past) {
        Tensor dx = like(owner, x);
        kernels.launch("rms_norm_backward", rows(x), 1, threads(hidden), dy, x, weight, forward.inverseRms(),
                orNull(past), dx, hidden, (int) dy.shape()[1] / VECTOR);
        return dx;
    }

    /** Rotates q and k within q, k and v side by side. */
    void rotate(Tensor qkv, MicroBatch batch) {
        int rotated = heads + groups;
        kernels.launch("rotate", rows(qkv), blocks((long) rotated * half), THREADS, qkv, batch.cos(), batch.sin(),
                rotated + groups, rotated, half);
    }

    /** The gradients of q, k and v, rotated back and put side by side as {@code like} has them. */
    Tensor rotateBack(TensorScope owner, List<Tensor> gradients, MicroBatch batch, Tensor like) {
        Tensor result = like(owner, like);
        kernels.launch("rotate_back", rows(like), blocks((long) (heads + 2 * groups) * half), THREADS,
                gradients.get(0), gradients.get(1), gradients.get(2), result, batch.cos(), batch.sin(), heads, groups,
                half);
        return result;
    }

    /** The product [tokens, inner] that SwiGLU makes of gate and up. */
    Tensor swiglu(TensorScope owner, Tensor gateUp) {
        Tensor product = empty(owner, gateUp, rows(gateUp), (long) inner * VECTOR);
        swiglu(rows(gateUp), gateUp, product);
        return product;
    }

    /** The same of the first rows, into a tensor that is there. */
    void swiglu(long rows, Tensor gateUp, Tensor product) {
        kernels.launch("swiglu", rows, blocks(inner), THREADS, gateUp, product, inner);
    }

    /** Puts the gradients of gate and up in their places, and the product in the place of its gradient. */
    void swigluBackward(Tensor dProduct, Tensor gateUp) {
        kernels.launch("swiglu_backward", rows(gateUp), blocks(inner), THREADS, dProduct, gateUp, inner);
    }

    /** The negative log likelihood of each row's target, and, if wanted, the gradient in the place of the logits. */
    void crossEntropy(Tensor logits, Tensor targets, Tensor losses, boolean gradient) {
        kernels.launch("cross_entropy", rows(logits), 1, MOST_THREADS, logits, targets, losses, vocabulary,
                gradient ? 1 : 0);
    }

    /** Whether {@link #attend} and {@link #product} take a model's shapes. */
    static boolean decode(ModelConfiguration configuration) {
        int size = configuration.headSize();
        return size <= LARGEST_HEAD && THREADS % size == 0
                && configuration.attentionHeads() / configuration.keyValueHeads() <= MOST_QUERIES
                && IntStream.of(configuration.hiddenSize(), configuration.intermediateSize(),
                        configuration.queryWidth()).allMatch(n -> n % STRETCH == 0);
    }

    /** The rows to which {@link #product} pads so many: tiles of 8, of which it takes 1, 2 or 4 at a time. */
    static int padded(int rows) {
        return rows <= 8 ? 8 : rows <= 16 ? 16 : (rows + 31) / 32 * 32;
    }

    /**
     * The product of padded rows x [rows, inputs] with a matrix [outputs, inputs], plus a bias without elements or
     * [outputs] -> y [rows, outputs]. A row's result depends on that row alone.
     *
     * @param weight contiguous; may have spare columns behind the inputs
     */
    void product(int rows, Tensor x, Tensor weight, Optional<Tensor> bias, int inputs, Tensor y) {
        long[] shape = weight.shape();
        int together = Math.min(rows, 32);
        kernels.launch("product_" + together, (shape[0] + OUTPUTS - 1) / OUTPUTS, rows / together, THREADS, weight,
                (int) shape[1] / VECTOR, x, inputs, (int) shape[0], orNull(bias), y);
    }

    /**
     * Adds an adapter to some rows of a group's outputs.
     *
     * @param z the low-rank activations [rows, ranks]
     * @param b of one to three projections
     * @param bias to add as well, if any
     */
    void addAdapter(Tensor y, Tensor z, List<Tensor> b, Optional<Tensor> bias, int firstRow, int rows,
            double scaling) {
        int[] outputs = new int[3];
        int[] ranks = new int[3];
        int sum = 0;
        for (int i = 0; i < 3; i++) {
            ranks[i] = i < b.size() ? (int) b.get(i).shape()[1] : 0;
            sum += i < b.size() ? (int) b.get(i).shape()[0] : 0;
            outputs[i] = sum;
        }
        kernels.launch("add_adapter", blocks(sum), rows, THREADS, y, z, factor(b, 0), factor(b, 1), factor(b, 2),
                ranks[0], ranks[1], ranks[2], outputs[0], outputs[1], sum, orNull(bias), firstRow, (float) scaling);
    }

    private static Object factor(List<Tensor> b, int slot) {
        return slot < b.size() && b.get(slot).size() > 0 ? b.get(slot) : Optional.empty();
    }

    /** Rotates q of the sequences of a bank in place, and stores their rotated k and their v there. */
    void rotateAndStore(Tensor qkv, Tensor cos, Tensor sin, BankedRows bank, int layer) {
        kernels.launch("rotate_and_store", bank.count(), blocks((long) (heads + 2 * groups) * half), THREADS, qkv, cos,
                sin, bank.keys(layer), bank.values(layer), bank.rows(), bank.slots(), bank.positions(), heads, groups,
                half, bank.capacity());
    }

    /** Attention of one token of each sequence of a bank over its keys. */
    void attend(Tensor qkv, Tensor output, BankedRows bank, int layer) {
        int size = 2 * half * VECTOR;
        long chunks = blocks(bank.longest());
        kernels.launch("attend_chunk", bank.count(), groups * chunks, THREADS, qkv, bank.keys(layer),
                bank.values(layer), bank.partial(), bank.rows(), bank.slots(), bank.positions(), heads, groups, size,
                bank.capacity(), (int) chunks, (float) (1 / Math.sqrt(size)));
        kernels.launch("attend_combine", bank.count(), groups, size, bank.partial(), output, bank.rows(),
                bank.positions(), heads, groups, size, (int) chunks);
    }

    /** The float32 numbers that the two passes of {@link #attend} exchange. */
    static long partialNumbers(ModelConfiguration configuration, int sequences, int longest) {
        return (long) sequences * configuration.attentionHeads() * blocks(longest) * (configuration.headSize() + 2);
    }

    /** Makes a matrix of 4 bits a weight dense. */
    void nf4Dense(Tensor matrix, Tensor dense, Nf4Matrix.Part part) {
        long halves = part.elements() / (Nf4Matrix.BLOCK / 2);
        kernels.launch("nf4_dense", blocks(halves), 1, THREADS, matrix, dense, part.meanAt(), part.factorsAt(),
                part.codesAt(), part.weightsAt(), Math.toIntExact(halves));
    }

    private static Object orNull(Optional<Tensor> tensor) {
        return tensor.isPresent() ? tensor.get() : tensor;
    }

    private static long rows(Tensor matrix) {
        return matrix.shape()[0];
    }

    private static long blocks(long threads) {
        return (threads + THREADS - 1) / THREADS;
    }

    /** Whole warps, of which every thread has something to do. */
    private static int threads(int vectors) {
        return Math.min(MOST_THREADS, (vectors + WARP - 1) / WARP * WARP);
    }
}
