package org.medtune.evaluation;

import java.util.List;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;

/**
 * How well a model predicts a row, by its parts: negative log likelihoods in nats, each summed over the tokens of a
 * part.
 *
 * @param prompt    everything before the reasoning, the opening tag included
 * @param reasoning the closing tag included
 * @param answer    the end token included
 */
public record RowLikelihood(Part prompt, Part reasoning, Part answer) {

    /** The sum over some tokens; 0 of none where the row was cut before. */
    public record Part(double sum, int tokens) {
    }

    /** Computes it by one pass over the row, as training sees it. */
    public static RowLikelihood of(CausalLanguageModel model, int[] ids, RowParts parts, ActiveAdapter adapter) {
        // token t is predicted from the one before it, so the first is none
        int reasoning = Math.max(1, parts.reasoning());
        int answer = Math.max(reasoning, parts.answer());
        List<Double> sums =
                model.negativeLogLikelihoods(ids, new int[] {1, reasoning, answer, ids.length}, adapter);
        return new RowLikelihood(new Part(sums.get(0), reasoning - 1), new Part(sums.get(1), answer - reasoning),
                new Part(sums.get(2), ids.length - answer));
    }
}
