package org.medtune.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * Numbers of rows with which matrix products round every row alike, so that what a sequence becomes does not depend on
 * how many others are decoded beside it. A step with fewer rows is padded, one with more is divided.
 *
 * <p>Libraries choose another order of summation for other numbers of rows: oneDNN on processors with AVX-512, for
 * instance, has one for a single row, one for 2 to 15 and one for 16 and more. Nothing promises that, so it is measured
 * for the model's own shapes when the model is loaded. On an accelerator every step has the same number of rows, which
 * costs nothing there: a step is bound by reading the weights.
 *
 * @param least the fewest rows of a product
 * @param most  the most
 */
record ProductRows(int least, int most) {

    private static final ProductRows ONE = new ProductRows(1, 1);
    private static final ProductRows ACCELERATOR = new ProductRows(32, 32);

    /** Ranks, alone or of several projections stacked, for which products are tried. */
    private static final List<Integer> ADAPTER_RANKS = List.of(8, 16, 48);

    /** In the order of preference: small ones keep the latency of a single sequence low. */
    private static final List<ProductRows> CANDIDATES =
            List.of(new ProductRows(2, 15), new ProductRows(2, 8), new ProductRows(16, 64));

    /**
     * The best range on this device.
     *
     * @param projections a projection of each shape; adapters of any rank are multiplied on each side of them
     * @param head        the output head
     */
    static ProductRows measure(TensorScope scope, boolean accelerator, ElementType type,
            List<Tensor> projections, Tensor head) {
        if (accelerator) {
            return ACCELERATOR;
        }
        try (TensorScope work = scope.newScope()) {
            List<Tensor> matrices = new ArrayList<>(projections);
            matrices.add(head);
            for (Tensor projection : projections) {
                for (int rank : ADAPTER_RANKS) {
                    matrices.add(random(work, type, rank, projection.shape()[1]));
                    matrices.add(random(work, type, projection.shape()[0], rank));
                }
            }
            return CANDIDATES.stream()
                    .filter(range -> matrices.stream().allMatch(matrix -> range.roundsAlike(work, type, matrix)))
                    .findFirst()
                    .orElse(ONE);
        }
    }

    private boolean roundsAlike(TensorScope scope, ElementType type, Tensor weight) {
        try (TensorScope work = scope.newScope()) {
            Tensor rows = random(work, type, most, weight.shape()[1]);
            return work.callForTensor("rows_round_alike", rows, weight, least, most).toLongArray()[0] == 1;
        }
    }

    private static Tensor random(TensorScope work, ElementType type, long rows, long columns) {
        SplittableRandom random = new SplittableRandom(1);
        int bytes = Math.toIntExact(rows * columns * Float.BYTES);
        ByteBuffer values = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) {
            values.putFloat((float) random.nextDouble(-1, 1));
        }
        Tensor floats = work.copyOf(values.flip(), ElementType.FLOAT32, rows, columns);
        return work.callForTensor("to_type", floats, type.scalarType());
    }
}
