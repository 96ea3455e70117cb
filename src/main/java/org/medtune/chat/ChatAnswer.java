package org.medtune.chat;

import java.time.Duration;

/**
 * An answer that is being written. Readers come and go and take what they have not seen yet; nobody who reads slowly
 * holds the writing up. Safe for use by many threads.
 */
public interface ChatAnswer {

    /** A random name for it, hard to guess. */
    String id();

    /** What it is an answer to. */
    ChatRequest request();

    /** The answer so far. */
    AnswerSnapshot snapshot();

    /**
     * Waits for news. Somebody who waits counts as a reader: an answer without readers for a while is cancelled, so
     * that a closed tab does not keep its place.
     *
     * @param version the newest version that the caller has seen
     * @param timeout the longest wait
     * @return the answer so far, which is of that same version if time ran out
     * @throws InterruptedException if the thread is interrupted
     */
    AnswerSnapshot awaitChange(long version, Duration timeout) throws InterruptedException;

    /** Ends it after the current token at the latest; what is there stays. Without effect on an ended answer. */
    void cancel();
}
