package org.medtune.ops;

import org.medtune.evaluation.EvaluationReport;
import org.medtune.evaluation.Measure;

/**
 * How the fine-tuned model compares with the base model.
 *
 * @param heldOutNll mean negative log likelihood by predicted token of the rows that were never trained on, in nats
 * @param sample     one question answered by both
 */
public record RunEvaluation(HeldOutNll heldOutNll, Sample sample) {

    /** The part of an evaluation's report that a person reads first. */
    static RunEvaluation of(EvaluationReport report) {
        return new RunEvaluation(
                report.figure(Measure.NLL)
                        .map(nll -> new HeldOutNll(nll.items(), nll.base(), nll.fineTuned()))
                        .orElse(new HeldOutNll(0, null, null)),
                report.sample().map(sample -> new Sample(sample.question(), sample.base().answer().text(),
                        sample.fineTuned().answer().text())).orElseThrow());
    }

    /**
     * The likelihood before and after.
     *
     * @param rows   how many rows were held out; with none, both numbers are null
     * @param before of the base model
     * @param after  of the fine-tuned model
     */
    public record HeldOutNll(int rows, Double before, Double after) {
    }

    /**
     * A question, and the answers of both models.
     *
     * @param question  the text
     * @param base      the base model's answer
     * @param fineTuned the fine-tuned model's answer
     */
    public record Sample(String question, String base, String fineTuned) {
    }
}
