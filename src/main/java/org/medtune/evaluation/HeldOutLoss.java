package org.medtune.evaluation;

import java.util.List;
import org.medtune.StopSignal;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;

/**
 * How well a model predicts held-out rows.
 *
 * @param rows number of rows
 * @param tokens number of predicted tokens
 * @param meanNegativeLogLikelihood mean over all predicted tokens, in nats; NaN without rows
 */
public record HeldOutLoss(int rows, long tokens, double meanNegativeLogLikelihood) {

    /**
     * Computes the loss over the whole text of each row, as training does.
     *
     * @param rows token ids, at least two a row
     * @param stop looked at before each row
     * @throws org.medtune.StoppedException if that asks for a stop
     */
    public static HeldOutLoss of(
            CausalLanguageModel model, List<int[]> rows, ActiveAdapter adapter, StopSignal stop) {
        double sum = 0;
        long tokens = 0;
        for (int[] ids : rows) {
            stop.check();
            sum += model.negativeLogLikelihood(List.of(ids), adapter);
            tokens += ids.length - 1;
        }
        return new HeldOutLoss(rows.size(), tokens, sum / tokens);
    }
}
