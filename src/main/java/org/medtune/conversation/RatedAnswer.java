package org.medtune.conversation;

import java.time.Instant;

/**
 * An answer with its question and what a user thinks of it.
 *
 * @param question  what was asked
 * @param reasoning the model's reasoning; may be empty
 * @param response  the model's answer
 * @param model     its id
 * @param turn      counted from 0; later questions may not be understood without those before
 * @param feedback  the rating and the comment
 * @param rated     when it was rated
 */
public record RatedAnswer(String question, String reasoning, String response, String model, int turn,
        Feedback feedback, Instant rated) {}
