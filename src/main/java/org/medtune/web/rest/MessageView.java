package org.medtune.web.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Locale;
import org.medtune.conversation.Feedback;
import org.medtune.conversation.MarkdownRenderer;
import org.medtune.conversation.Message;
import org.medtune.conversation.Message.Role;

/**
 * A question or an answer, as the REST interface shows it.
 *
 * @param id           of the message
 * @param turn         counted from 0: a question and its answers have the same
 * @param role         user or assistant
 * @param content      the text as it was typed or generated
 * @param html         an answer's text as HTML that is safe to show; missing in questions
 * @param reasoning    of an answer
 * @param model        that answers
 * @param state        complete, writing, length, cancelled, failed or interrupted
 * @param failure      the sentence why it failed
 * @param droppedTurns oldest turns that the model did not see
 * @param answer       what {@code GET /api/chat/answers/ANSWER/events} tells the news of; only while it is written
 * @param created      ISO 8601 in UTC
 * @param feedback     missing where the answer is not rated
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MessageView(long id, int turn, String role, String content, String html, String reasoning, String model,
        String state, String failure, int droppedTurns, String answer, String created, FeedbackView feedback) {

    /**
     * A rating, up or down, with its comment.
     *
     * @param rating  up or down
     * @param comment what the user wrote; empty for nothing
     */
    public record FeedbackView(String rating, String comment) {

        static FeedbackView of(Feedback feedback) {
            return feedback == null ? null : new FeedbackView(lower(feedback.rating()), feedback.comment());
        }
    }

    static MessageView of(Message message) {
        boolean answer = message.role() == Role.ASSISTANT;
        return new MessageView(message.id(), message.turn(), lower(message.role()), message.content(),
                answer ? MarkdownRenderer.html(message.content()) : null, answer ? message.reasoning() : null,
                message.model(), lower(message.state()), message.failure(), message.droppedTurns(), message.answerId(),
                message.created().toString(), FeedbackView.of(message.feedback()));
    }

    static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
