package org.medtune.training;

/** The rows that a run trains on. */
@FunctionalInterface
public interface TrainingRows {

    /** The token ids of a row, at least two. */
    int[] tokenIds(int row);
}
