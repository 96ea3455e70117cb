package org.medtune.ops;

import java.util.List;
import org.medtune.evaluation.Figure;

/**
 * What came of a run.
 *
 * @param firstLoss  of the first step
 * @param lastLoss   of the last step
 * @param heldOutNll before and after
 * @param sample     one question answered by both models
 * @param figures    how the models compare, with intervals
 * @param adapter    what was published
 */
public record RunReport(double firstLoss, double lastLoss, RunEvaluation.HeldOutNll heldOutNll,
                        RunEvaluation.Sample sample, List<Figure> figures, Adapter adapter) {

    /**
     * The published adapter's name, and its folder.
     *
     * @param name   of the adapter
     * @param folder where it is
     */
    public record Adapter(String name, String folder) {
    }
}
