package org.medtune.evaluation;

/**
 * One thing to evaluate.
 *
 * @param kind      what it is
 * @param row       number of its row in the dataset, 0 for the sample
 * @param question  what a model is asked
 * @param reference the answer of the dataset; null where there is none
 * @param inputIds  the whole row as token ids, for its likelihood; null where that is not asked for
 * @param choices   null unless it is a multiple-choice question
 * @param answered  whether the models answer it
 */
public record EvaluationItem(Kind kind, long row, String question, String reference, int[] inputIds,
                             ChoiceQuestion choices, boolean answered) {

    /** Kinds of items. */
    public enum Kind {
        /** The question that an operator is shown; it counts for no figure. */
        SAMPLE,
        /** A row of a dataset with reasoning. */
        ROW,
        /** A row of a multiple-choice set. */
        CHOICE
    }

    /** A question that no figure is made of. */
    public static EvaluationItem sample(String question) {
        return new EvaluationItem(Kind.SAMPLE, 0, question, null, null, null, true);
    }

    /** A row of a dataset. */
    public static EvaluationItem row(long row, String question, String reference, int[] inputIds, boolean answered) {
        return new EvaluationItem(Kind.ROW, row, question, reference, inputIds, null, answered);
    }

    /** A multiple-choice question. */
    public static EvaluationItem choice(long row, ChoiceQuestion question) {
        return new EvaluationItem(Kind.CHOICE, row, question.text(), question.answer(), null, question, true);
    }
}
