package org.medtune.conversation;

import java.time.Instant;

/**
 * A question or an answer. A turn of a conversation is one question and an answer of each model that was asked.
 *
 * @param id           given by the database
 * @param conversation the conversation's id
 * @param turn         counted from 0
 * @param ordinal      0 for the turn's question; answers are counted from 1
 * @param role         whose it is
 * @param content      the text as it was typed or generated; empty while the answer is being written
 * @param reasoning    what the model thought before it answered; empty in questions
 * @param model        the id of the model that answers; null in questions
 * @param state        how it stands
 * @param failure      the sentence why it failed, or null
 * @param droppedTurns oldest turns that the model did not see, since its context is too short for them
 * @param answerId     the chat service's id of the answer while it is being written, or else null
 * @param created      when it was asked
 * @param feedback     what the user thinks of the answer, or null
 */
public record Message(long id, String conversation, int turn, int ordinal, Role role, String content, String reasoning,
        String model, State state, String failure, int droppedTurns, String answerId, Instant created,
        Feedback feedback) {

    /** Who speaks. */
    public enum Role { USER, ASSISTANT }

    /** How a message stands. */
    public enum State {
        /** A question, or an answer that the model has ended. */
        COMPLETE,
        WRITING,
        /** The longest answer was reached before the model ended. */
        LENGTH,
        CANCELLED, FAILED,
        /** The server ended before the answer did. */
        INTERRUPTED
    }
}
