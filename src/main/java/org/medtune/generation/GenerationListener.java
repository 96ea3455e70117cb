package org.medtune.generation;

import org.medtune.MedtuneException;

/**
 * Who is told how a request fares. Called by the engine's thread, or by one that cancels, one call at a time; must
 * return at once.
 */
public interface GenerationListener {

    /** The ways in which an answer ends. */
    enum End {
        /** A stop token or a stop text came. */
        STOPPED,
        /** The most new tokens were reached. */
        LENGTH,
        CANCELLED, FAILED
    }

    /** The request has left the queue. */
    void started();

    /**
     * A token has come.
     *
     * @param piece  the text that is sure now and was not before; may be empty
     * @param tokens the tokens of the answer so far
     */
    void token(String piece, int tokens);

    /**
     * Nothing comes any more.
     *
     * @param failure why; null unless it failed
     */
    void ended(End end, MedtuneException failure);
}
