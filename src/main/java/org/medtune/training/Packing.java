package org.medtune.training;

/**
 * Which rows make up a training sequence. A micro-batch has a fixed number of sequences; without packing each is one
 * row, with it each is a pack of several. Either way the rows of a micro-batch lie one after the other, and no token
 * sees another row.
 */
@FunctionalInterface
public interface Packing {

    /** Every row is a sequence of its own. */
    Packing NONE = row -> new int[] {row};

    /**
     * The training rows of a sequence, in order.
     *
     * @param sequence counted from 0
     */
    int[] rows(int sequence);
}
