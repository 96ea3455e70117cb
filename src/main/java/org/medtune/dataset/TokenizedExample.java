package org.medtune.dataset;

import java.util.Arrays;
import java.util.Objects;

/**
 * An example as token ids.
 *
 * @param row the number of its row in the dataset, counted from 1
 * @param inputIds the ids, begin token first where the model has one; at least two. The array is not copied: do not
 *     change it
 * @param truncated whether the text was longer and was cut
 * @param reference present for a row that is held out of training, null for one to train on
 */
public record TokenizedExample(long row, int[] inputIds, boolean truncated, HeldOutReference reference) {

    /** The fewest ids: one to see and one to predict. */
    static final int SHORTEST = 2;

    public TokenizedExample {
        Objects.requireNonNull(inputIds, "inputIds");
        if (row < 1 || inputIds.length < SHORTEST || Arrays.stream(inputIds).anyMatch(id -> id < 0)) {
            throw new IllegalArgumentException("row " + row + " has " + inputIds.length + " ids or a negative one");
        }
    }

    /** Whether the row is kept from training. */
    public boolean heldOut() {
        return reference != null;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenizedExample that
                && row == that.row
                && truncated == that.truncated
                && Arrays.equals(inputIds, that.inputIds)
                && Objects.equals(reference, that.reference);
    }

    @Override
    public int hashCode() {
        return Objects.hash(row, Arrays.hashCode(inputIds), truncated, reference);
    }

    @Override
    public String toString() {
        return "TokenizedExample[row=" + row + ", tokens=" + inputIds.length + ", truncated=" + truncated
                + ", heldOut=" + heldOut() + "]";
    }
}
