package org.medtune.training;

import java.util.SplittableRandom;

/**
 * Which rows an optimizer step takes, or which packs where rows are packed: a function of the step alone, so that a
 * resumed run is the same run.
 */
@FunctionalInterface
public interface RowOrder {

    /**
     * The training rows of an optimizer step, in order; with {@link Packing}, its sequences.
     *
     * @param step counted from 1
     */
    int[] rows(int step);

    /**
     * Every row once an epoch, in an order that is drawn anew for each; steps run on across the ends of epochs.
     *
     * @param rows number of training rows, or of packs, at least 1
     * @param rowsPerStep rows of one optimizer step
     */
    static RowOrder shuffled(int rows, int rowsPerStep, long seed) {
        return step -> {
            int[] chosen = new int[rowsPerStep];
            long first = (step - 1L) * rowsPerStep;
            long epoch = -1;
            int[] permutation = new int[0];
            for (int i = 0; i < rowsPerStep; i++) {
                long position = first + i;
                if (position / rows != epoch) {
                    epoch = position / rows;
                    permutation = permutation(rows, Seeds.mix(seed, epoch));
                }
                chosen[i] = permutation[(int) (position % rows)];
            }
            return chosen;
        };
    }

    /** Fisher and Yates' shuffle. */
    private static int[] permutation(int rows, long seed) {
        int[] permutation = new int[rows];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < rows; i++) {
            int j = random.nextInt(i + 1);
            permutation[i] = permutation[j];
            permutation[j] = i;
        }
        return permutation;
    }
}
