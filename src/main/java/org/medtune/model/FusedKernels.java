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
        kernels.launch("rms_norm", rows(x), 1, threads(hidden), x, orNull(residual), weight, normalised, inverse,
                hidden, hidden + spare / VECTOR, epsilon);
        return new Normalised(normalised, inverse);
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
        kernels.launch("swiglu", rows(gateUp), blocks(inner), THREADS, gateUp, product, inner);
        return product;
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

    /** Whether {@link #attend} takes a model's shapes. */
    static boolean attend(ModelConfiguration configuration) {
        int size = configuration.headSize();
        return size <= LARGEST_HEAD && THREADS % size == 0
                && configuration.attentionHeads() / configuration.keyValueHeads() <= MOST_QUERIES;
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
