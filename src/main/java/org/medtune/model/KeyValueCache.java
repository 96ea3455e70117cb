package org.medtune.model;

/**
 * Keys and values of one sequence in every layer, so that a token is computed once. Its memory is part of the
 * {@link KeyValueCaches} that gave it, and can be given to another sequence after {@link #close()}. Used by one thread.
 */
public final class KeyValueCache implements AutoCloseable {

    private final KeyValueCaches owner;
    private final CacheBank bank;
    private final int slot;
    private final int capacity;
    private int length;
    private boolean open = true;

    KeyValueCache(KeyValueCaches owner, CacheBank bank, int capacity) {
        this.owner = owner;
        this.bank = bank;
        this.slot = bank.take();
        this.capacity = capacity;
    }

    /** The number of tokens held. */
    public int length() {
        return length;
    }

    /** The most tokens that can be held. */
    public int capacity() {
        return capacity;
    }

    CacheBank bank() {
        return bank;
    }

    int slot() {
        return slot;
    }

    void advance(int tokens) {
        length += tokens;
    }

    /**
     * Makes sure that there is room for tokens to come.
     *
     * @throws IllegalArgumentException when there is not
     */
    void requireRoom(int tokens) {
        if (tokens > capacity - length) {
            throw new IllegalArgumentException("A cache of " + capacity + " tokens that holds " + length
                    + " cannot take " + tokens + " more");
        }
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            owner.release(bank, slot);
        }
    }
}
