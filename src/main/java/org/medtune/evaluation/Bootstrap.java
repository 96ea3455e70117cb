package org.medtune.evaluation;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * Intervals for what differs between two models that answered the same rows: rows are drawn anew with replacement, both
 * models' together (paired), and the middle 95 % of the differences found so are the interval (Efron 1979, percentile
 * method; Koehn 2004 for paired scores of texts). As {@code scipy.stats.bootstrap(paired=True, method='percentile')}.
 *
 * @param seed      of the draws; the same seed gives the same interval
 * @param resamples how often rows are drawn
 */
record Bootstrap(long seed, int resamples) {

    /** Enough for the second digit of an end. */
    static final int RESAMPLES = 10_000;

    private static final double LEVEL = 0.95;

    /**
     * The interval of the second models' statistic less the first's; nothing for fewer than two rows, or where a draw
     * of rows has no statistic.
     *
     * @param first     a vector a row
     * @param second    another vector for each of the same rows
     * @param statistic of the sum of the vectors of some rows
     */
    Optional<Interval> difference(List<double[]> first, List<double[]> second, ToDoubleFunction<double[]> statistic) {
        int rows = first.size();
        if (rows < 2) {
            return Optional.empty();
        }
        int width = first.get(0).length;
        SplittableRandom random = new SplittableRandom(seed);
        double[] differences = new double[resamples];
        for (int i = 0; i < resamples; i++) {
            double[] firstSum = new double[width];
            double[] secondSum = new double[width];
            for (int drawn = 0; drawn < rows; drawn++) {
                int row = random.nextInt(rows);
                add(firstSum, first.get(row));
                add(secondSum, second.get(row));
            }
            differences[i] = statistic.applyAsDouble(secondSum) - statistic.applyAsDouble(firstSum);
        }
        Arrays.sort(differences);
        double low = percentile(differences, (1 - LEVEL) / 2);
        double high = percentile(differences, (1 + LEVEL) / 2);
        // NaN is sorted to the end
        return Double.isNaN(differences[resamples - 1]) ? Optional.empty() : Optional.of(new Interval(low, high));
    }

    static void add(double[] sum, double[] vector) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += vector[i];
        }
    }

    /** Between two of the sorted values by linear interpolation. */
    private static double percentile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
