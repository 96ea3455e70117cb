package org.medtune.chat;

import org.medtune.MedtuneException;

/**
 * An answer as far as it has come.
 *
 * @param version       grows with every change
 * @param phase         where it is
 * @param queuePosition requests in front of it, 0 for the next one; meaningless unless queued
 * @param reasoning     what stands before {@code </think>}, never ending in half a character; grows at its end only
 * @param content       what stands behind it; grows at its end only
 * @param droppedTurns  oldest turns of the conversation that were left out because the model's context is too short
 * @param promptTokens  tokens of the prompt
 * @param answerTokens  tokens generated
 * @param failure       why it failed; null unless failed
 */
public record AnswerSnapshot(long version, Phase phase, int queuePosition, String reasoning, String content,
        int droppedTurns, int promptTokens, int answerTokens, MedtuneException failure) {

    /** The states of an answer; all but the first two are final. */
    public enum Phase {
        QUEUED, RUNNING,
        /** The model ended it by itself, or one of the stop texts did. */
        STOPPED_ITSELF,
        /** The most new tokens, or the model's context, were reached. */
        LENGTH,
        CANCELLED, FAILED;

        /** Whether nothing changes any more. */
        public boolean isFinal() {
            return this != QUEUED && this != RUNNING;
        }
    }
}
