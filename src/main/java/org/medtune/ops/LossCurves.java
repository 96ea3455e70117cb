package org.medtune.ops;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Loss curves of several runs at the same steps, so that they can be laid over each other: the steps of the longest are
 * divided into intervals of the same width, and a point is the mean over the steps that a run has taken in it.
 *
 * @param width  steps of an interval; 1 where every step has its point
 * @param steps  the last step of each interval
 * @param losses of each run, a value for each interval; null where it has taken no step that counts: a skipped one, or
 *               one whose loss is no number, does not
 */
public record LossCurves(int width, List<Integer> steps, List<List<Double>> losses) {

    public LossCurves {
        steps = List.copyOf(steps);
    }

    /**
     * Resamples.
     *
     * @param runs   the steps of each
     * @param points the most points of a curve, at least 1
     */
    public static LossCurves of(List<List<StepMetrics>> runs, int points) {
        int longest = runs.stream().flatMap(List::stream).mapToInt(StepMetrics::step).max().orElse(0);
        int width = Math.max(1, (longest + points - 1) / points);
        int intervals = (longest + width - 1) / width;
        List<Integer> steps = new ArrayList<>();
        for (int i = 1; i <= intervals; i++) {
            steps.add(Math.min(i * width, longest));
        }
        return new LossCurves(width, steps, runs.stream().map(run -> means(run, width, intervals)).toList());
    }

    private static List<Double> means(List<StepMetrics> run, int width, int intervals) {
        double[] sums = new double[intervals];
        int[] counts = new int[intervals];
        for (StepMetrics metrics : run) {
            if (!metrics.skipped() && Double.isFinite(metrics.loss())) {
                int interval = (metrics.step() - 1) / width;
                sums[interval] += metrics.loss();
                counts[interval]++;
            }
        }
        Double[] means = new Double[intervals];
        for (int i = 0; i < intervals; i++) {
            means[i] = counts[i] == 0 ? null : Double.valueOf(sums[i] / counts[i]);
        }
        return Arrays.asList(means);
    }
}
