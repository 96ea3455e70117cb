package org.medtune.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A measure of both models.
 *
 * @param measure    which
 * @param items      of how many items it is made
 * @param base       of the base model
 * @param fineTuned  of the fine-tuned one; null where the base model alone is evaluated
 * @param difference fine-tuned less base; null likewise
 * @param interval   95 % interval of the difference; null likewise, and of fewer than two items
 */
public record Figure(Measure measure, int items, double base, Double fineTuned, Double difference, Interval interval) {

    /** The figures that these results have. */
    public static List<Figure> of(List<ItemResult> results, long seed) {
        List<Figure> figures = new ArrayList<>();
        for (Measure measure : Measure.values()) {
            of(measure, results, new Bootstrap(seed, Bootstrap.RESAMPLES)).ifPresent(figures::add);
        }
        return figures;
    }

    private static Optional<Figure> of(Measure measure, List<ItemResult> results, Bootstrap bootstrap) {
        List<double[]> base = new ArrayList<>();
        List<double[]> fineTuned = new ArrayList<>();
        for (ItemResult result : results) {
            measure.vector(result, result.base()).ifPresent(vector -> {
                base.add(vector);
                if (result.fineTuned() != null) {
                    fineTuned.add(measure.vector(result, result.fineTuned()).orElseThrow());
                }
            });
        }
        if (base.isEmpty()) {
            return Optional.empty();
        }
        double before = measure.statistic(sum(base));
        if (fineTuned.isEmpty()) {
            return Optional.of(new Figure(measure, base.size(), before, null, null, null));
        }
        double after = measure.statistic(sum(fineTuned));
        return Optional.of(new Figure(measure, base.size(), before, after, after - before,
                bootstrap.difference(base, fineTuned, measure::statistic).orElse(null)));
    }

    private static double[] sum(List<double[]> vectors) {
        double[] sum = new double[vectors.get(0).length];
        vectors.forEach(vector -> Bootstrap.add(sum, vector));
        return sum;
    }
}
