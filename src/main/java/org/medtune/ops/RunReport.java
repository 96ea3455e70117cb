package org.medtune.ops;

/**
 * What came of a run.
 *
 * @param firstLoss  of the first step
 * @param lastLoss   of the last step
 * @param heldOutNll before and after
 * @param sample     one question answered by both models
 * @param adapter    what was published
 */
public record RunReport(double firstLoss, double lastLoss, RunEvaluation.HeldOutNll heldOutNll,
                        RunEvaluation.Sample sample, Adapter adapter) {

    /** The published adapter's name, and its folder. */
    public record Adapter(String name, String folder) {
    }
}
