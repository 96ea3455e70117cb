package org.medtune.ops;

/**
 * How the fine-tuned model compares with the base model.
 *
 * @param heldOutNll mean negative log likelihood by predicted token of the rows that were never trained on, in nats
 * @param sample     one question answered by both
 */
public record RunEvaluation(HeldOutNll heldOutNll, Sample sample) {

    /**
     * The likelihood before and after.
     *
     * @param rows   how many rows were held out; with none, both numbers are null
     * @param before of the base model
     * @param after  of the fine-tuned model
     */
    public record HeldOutNll(int rows, Double before, Double after) {
    }

    /** A question, and the answers of both models. */
    public record Sample(String question, String base, String fineTuned) {
    }
}
