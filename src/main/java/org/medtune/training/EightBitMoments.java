package org.medtune.training;

import java.util.List;
import java.util.Map;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * Averages in one byte a number and one float32 scale for each {@value #BLOCK} numbers: the first in the signed dynamic
 * data type, the second in the unsigned one (Dettmers et al. 2022, 8-bit Optimizers via Block-wise Quantization; block
 * size as in bitsandbytes since 0.45). They become float32 for one chunk of the vector at a time, so an update takes
 * the same working memory for an adapter of any size.
 *
 * <p>bitsandbytes quantises each tensor by itself and keeps those of less than 4,096 elements in float32. Here blocks
 * run over the flat vector: the smallest matrices are quantised with the others, and a block may hold the end of one
 * matrix and the beginning of the next where a matrix is no multiple of {@value #BLOCK} elements. The rule for small
 * tensors holds for the vector as a whole ({@link #LEAST_ELEMENTS}) and for all biases.
 */
final class EightBitMoments implements Moments {

    /** Numbers that share a scale. */
    static final int BLOCK = 256;

    /** Vectors of fewer elements stay in float32; {@code min_8bit_size} of bitsandbytes. */
    static final int LEAST_ELEMENTS = 4096;

    /** Elements that are float32 at a time: some 40 MiB of working memory. */
    private static final long CHUNK = 1 << 20;

    private final AdamW.Region region;
    private final Tensor firstCodes;
    private final Tensor firstScales;
    private final Tensor secondCodes;
    private final Tensor secondScales;
    private final List<Tensor> firstBook;
    private final List<Tensor> secondBook;

    /** Averages of a region, all zeros, that belong to a scope. */
    EightBitMoments(TensorScope scope, AdamW.Region region) {
        this.region = region;
        long blocks = (region.parameters().size() + BLOCK - 1) / BLOCK;
        // whatever the codes are, with scales of zero they stand for zeros
        this.firstCodes = scope.zeros(ElementType.UINT8, blocks * BLOCK);
        this.firstScales = scope.zeros(ElementType.FLOAT32, blocks, 1);
        this.secondCodes = scope.zeros(ElementType.UINT8, blocks * BLOCK);
        this.secondScales = scope.zeros(ElementType.FLOAT32, blocks, 1);
        this.firstBook = scope.call("moment_codes", true, firstScales);
        this.secondBook = scope.call("moment_codes", false, secondScales);
    }

    @Override
    public void update(TensorScope work, double learningRate, int step) {
        work.call("adamw_8bit", region.parameters(), region.gradient(), firstCodes, firstScales, secondCodes,
                secondScales, firstBook, secondBook, step, learningRate, region.constants().beta1(),
                region.constants().beta2(), region.constants().epsilon(), region.weightDecay(), CHUNK);
    }

    @Override
    public Map<String, Tensor> state() {
        return Map.of("exp_avg." + region.name(), firstCodes, "exp_avg." + region.name() + ".absmax", firstScales,
                "exp_avg_sq." + region.name(), secondCodes, "exp_avg_sq." + region.name() + ".absmax", secondScales);
    }
}
