package org.medtune.model;

import java.util.List;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * A base in 4 bits of which an adapter's first values make up for what it has lost (LoftQ, Li et al. 2023, algorithm
 * 1): by turns a matrix W less the low-rank factors L R is quantised to Q, and L R becomes the nearest to W - Q. With
 * one iteration Q is what W is quantised to anyway, and only the adapter is LoftQ's; with more the base differs, and
 * with it whatever trains on it. Other than in the paper and in PEFT, the scales of Q are quantised too, since those of
 * the base are: what the base computes with is what is made up for.
 *
 * @param iterations at least 1
 * @param ranks rank of the factors by layer, then by projection; 0 where there is no adapter, whose matrix is quantised
 *     as it is
 */
public record LoftQ(int iterations, List<List<Integer>> ranks) {

    /** Copies the ranks. */
    public LoftQ {
        if (iterations < 1) {
            throw new IllegalArgumentException("LoftQ takes at least one iteration, not " + iterations);
        }
        ranks = ranks.stream().map(List::copyOf).toList();
    }

    /** Whether the base is another one than without LoftQ. */
    public boolean changesBase() {
        return iterations > 1;
    }

    int rank(int layer, Projection projection) {
        return ranks.get(layer).get(projection.ordinal());
    }

    /**
     * What the last iteration quantises: the matrix less the factors of the iteration before.
     *
     * @param owner of the result
     * @param weight of the model's files, float32 [outputs, inputs]
     * @param type of the products in which the base takes part
     */
    Tensor lastToQuantize(TensorScope owner, Tensor weight, int rank, ElementType type) {
        long[] shape = weight.shape();
        Tensor next = weight;
        for (int iteration = 1; iteration < iterations; iteration++) {
            try (TensorScope work = owner.newScope()) {
                Nf4Matrix matrix = new Nf4Matrix(work, type);
                matrix.addAll(next);
                matrix.endMatrix();
                Tensor quantized = work.callForTensor("nf4_dense", matrix.bytes(), shape[1],
                        List.of(work.zeros(type, shape[0], 0)), type.scalarType());
                List<Tensor> factors = work.call("loftq_factors", weight, quantized, 0, rank);
                Tensor less = owner.adopt(
                        work.callForTensor("less_product", weight, factors.get(0), factors.get(1)));
                if (next != weight) {
                    next.close();
                }
                next = less;
            }
        }
        return next;
    }
}
