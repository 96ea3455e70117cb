package org.medtune.model;

import java.util.Objects;

/**
 * One message of a conversation, as chat templates and OpenAI's chat API know it.
 *
 * @param role who speaks: {@code system}, {@code user} or {@code assistant}; a template may know others
 * @param content the text, taken literally
 */
public record ChatMessage(String role, String content) {

    public ChatMessage {
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(content, "content");
    }
}
