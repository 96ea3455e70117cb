package org.medtune.ops;

/**
 * How far a run has come.
 *
 * @param phase what it is doing
 * @param done  units of the phase that are finished: rows for {@link Phase#FORMAT}, steps for {@link Phase#TRAIN}
 * @param total units of the phase, 0 where that is not known
 * @param step  the metrics of the latest step, null before the first
 */
public record RunProgress(Phase phase, int done, int total, StepMetrics step) {

    /** The steps of the job, in their order. */
    public enum Phase { PREPARE, FORMAT, QUEUE, TRAIN, EVALUATE, PUBLISH }

    /** A run whose phase has only begun. */
    public static RunProgress begin(Phase phase, StepMetrics latest) {
        return new RunProgress(phase, 0, 0, latest);
    }

    /** A run that has just made a step. */
    public static RunProgress of(StepMetrics step) {
        return new RunProgress(Phase.TRAIN, step.step(), step.totalSteps(), step);
    }

    /** From 0 to 1; 0 where the total is not known. */
    public double share() {
        return total == 0 ? 0 : (double) done / total;
    }
}
