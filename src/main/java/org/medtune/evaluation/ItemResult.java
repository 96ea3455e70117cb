package org.medtune.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What both models made of an item.
 *
 * @param item      its number, counted from 0
 * @param kind      of the item
 * @param row       number of its row in the dataset
 * @param question  what was asked
 * @param reference the answer of the dataset; null where there is none
 * @param choices   null unless it is a multiple-choice question
 * @param base      of the base model
 * @param fineTuned of the fine-tuned one; null where the base model alone is evaluated
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ItemResult(int item, EvaluationItem.Kind kind, long row, String question, String reference,
                         ChoiceQuestion choices, OfModel base, OfModel fineTuned) {

    /**
     * Of one model.
     *
     * @param likelihood null where it was not asked for
     * @param answer     null where it was not asked for
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record OfModel(RowLikelihood likelihood, GeneratedAnswer answer) {
    }
}
