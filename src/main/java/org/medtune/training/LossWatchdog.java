package org.medtune.training;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.Arrays;
import java.util.List;

/**
 * Sees a loss explode before its step changes anything. The loss of a step explodes when it is more than
 * {@code factor} times the median of the last {@value #STEPS} steps. So that nothing harmless is taken for that,
 * <ul>
 *   <li>nothing is said before there are {@value #LEAST_STEPS} steps to compare with, whatever the warm-up does;</li>
 *   <li>the median counts as {@value #FLOOR} nat at least: a model that knows its rows by heart has a loss near 0, and
 *       the first row that it does not know has many times that;</li>
 *   <li>it is a median, which single steps hardly move, and one of the latest steps, which follows a loss that
 *       falls;</li>
 *   <li>steps that were skipped in float16 neither count nor are looked at: they changed nothing.</li>
 * </ul>
 * What it says depends on the losses alone, which are kept with a checkpoint: a run that goes on is watched as one that
 * was never interrupted.
 *
 * @param factor greater than 1, or 0 for never
 */
public record LossWatchdog(double factor) {

    /** One that says nothing. */
    public static final LossWatchdog NONE = new LossWatchdog(0);

    static final int STEPS = 20;
    static final int LEAST_STEPS = 10;
    static final double FLOOR = 1;

    /**
     * Looks at the loss of a step that has not changed anything yet.
     *
     * @param history the steps before
     * @throws org.medtune.RecoverableException if it explodes
     */
    void check(int step, double loss, List<StepReport> history) {
        if (factor == 0) {
            return;
        }
        double[] all = history.stream().filter(report -> !report.skipped()).mapToDouble(StepReport::loss).toArray();
        double[] latest = Arrays.copyOfRange(all, Math.max(0, all.length - STEPS), all.length);
        if (latest.length < LEAST_STEPS) {
            return;
        }
        double median = median(latest);
        if (loss > factor * Math.max(FLOOR, median)) {
            throw MESSAGES.lossExploded(step, loss, factor, median);
        }
    }

    private static double median(double[] values) {
        double[] sorted = Arrays.stream(values).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
