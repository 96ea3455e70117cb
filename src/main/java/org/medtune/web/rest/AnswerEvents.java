package org.medtune.web.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.medtune.chat.AnswerSnapshot;
import org.medtune.conversation.MarkdownRenderer;

/**
 * Writes the news of one answer as server-sent events (HTML Standard, section 9.2). Each event carries what has been
 * added to reasoning and content since the one before, the whole content as safe HTML, and as its id how much has been
 * sent, so that a browser that lost the connection goes on from there. For one thread.
 */
final class AnswerEvents {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private int reasoning;
    private int content;

    /** Begins behind so many characters that the reader has. */
    AnswerEvents(int reasoning, int content) {
        this.reasoning = reasoning;
        this.content = content;
    }

    /** The next event; {@code end} if nothing comes after it, or else {@code news}. */
    String next(AnswerSnapshot snapshot) {
        ObjectNode data = MAPPER.createObjectNode()
                .put("phase", MessageView.lower(snapshot.phase()))
                .put("queuePosition", snapshot.queuePosition())
                .put("reasoning", from(snapshot.reasoning(), reasoning))
                .put("content", from(snapshot.content(), content))
                .put("html", MarkdownRenderer.html(snapshot.content()))
                .put("tokens", snapshot.answerTokens())
                .put("droppedTurns", snapshot.droppedTurns());
        if (snapshot.failure() != null) {
            data.put("failure", snapshot.failure().getMessage());
        }
        reasoning = snapshot.reasoning().length();
        content = snapshot.content().length();
        String name = snapshot.phase().isFinal() ? "end" : "news";
        return "event: " + name + "\nid: " + reasoning + "-" + content + "\ndata: " + json(data) + "\n\n";
    }

    private static String from(String text, int start) {
        return text.substring(Math.min(start, text.length()));
    }

    private static String json(ObjectNode data) {
        try {
            return MAPPER.writeValueAsString(data);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of texts and numbers can be written", e);
        }
    }
}
