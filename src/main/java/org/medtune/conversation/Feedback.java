package org.medtune.conversation;

import java.util.Objects;

/**
 * What a user thinks of an answer.
 *
 * @param rating  thumb up or down
 * @param comment in the user's words; may be empty
 */
public record Feedback(Rating rating, String comment) {

    /** The directions of a thumb. */
    public enum Rating { UP, DOWN }

    public Feedback {
        Objects.requireNonNull(rating, "rating");
        Objects.requireNonNull(comment, "comment");
    }
}
