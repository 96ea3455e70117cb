package org.medtune.dataset;

import java.util.Optional;

/**
 * One row of a dataset: an example, or the reason why it is none.
 *
 * @param number counted from 1 in the order of the file, whatever rows are chosen
 * @param question the question, if it can be read; a rejected row may have one
 * @param example present unless the row is rejected
 * @param rejection a sentence for the operator; present if the row is rejected
 */
public record DatasetRow(
        long number, Optional<String> question, Optional<ReasoningExample> example, Optional<String> rejection) {

    public DatasetRow {
        if (number < 1 || example.isPresent() == rejection.isPresent()) {
            throw new IllegalArgumentException("row " + number + " must have either an example or a rejection");
        }
    }

    /** A row that can be learned from. */
    public static DatasetRow accepted(long number, ReasoningExample example) {
        return new DatasetRow(number, Optional.of(example.question()), Optional.of(example), Optional.empty());
    }

    /** A row that cannot. */
    public static DatasetRow rejected(long number, Optional<String> question, String reason) {
        return new DatasetRow(number, question, Optional.empty(), Optional.of(reason));
    }
}
