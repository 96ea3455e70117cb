package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.Objects;

/**
 * Which rows of a dataset are used: the first so many of a language. A row takes one of the places even if it is then
 * rejected, so that "the first 500" are the same rows before and after a row was mended. A row whose question cannot be
 * read may be of any language; it is chosen, so that it is reported.
 *
 * @param maximumRows at most so many rows; 0 for all
 * @param language the language of the question
 */
public record RowSelection(long maximumRows, QuestionLanguage language) {

    /** Every row. */
    public static final RowSelection ALL = new RowSelection(0, QuestionLanguage.ANY);

    /**
     * @throws org.medtune.InvalidInputException if the number of rows is negative
     */
    public RowSelection {
        Objects.requireNonNull(language, "language");
        if (maximumRows < 0) {
            throw MESSAGES.negativeMaximumRows(maximumRows);
        }
    }

    /** Whether a row is of the wanted language. */
    boolean wants(DatasetRow row) {
        return row.question().map(language::includes).orElse(true);
    }

    /** Whether no further row is wanted after so many. */
    boolean isFull(long rows) {
        return maximumRows > 0 && rows >= maximumRows;
    }
}
