package org.medtune.conversation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.medtune.conversation.Message.Role;

/**
 * A conversation as a file to keep.
 *
 * @param conversation what is exported
 * @param messages     all of its messages in their order
 */
public record ConversationExport(Conversation conversation, List<Message> messages) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** As Markdown: each question is a quotation, and each answer stands below the name of its model. */
    public String markdown() {
        StringBuilder text = new StringBuilder("# ").append(conversation.title()).append("\n\n");
        text.append(conversation.created()).append("\n");
        for (Message message : messages) {
            if (message.role() == Role.USER) {
                text.append("\n## ").append(message.turn() + 1).append("\n\n").append(quoted(message.content()));
            } else {
                text.append("\n### ").append(message.model()).append("\n\n");
                if (!message.reasoning().isBlank()) {
                    text.append(quoted("<think>\n" + message.reasoning().strip() + "\n</think>")).append("\n");
                }
                text.append(message.content().strip()).append("\n");
                if (message.state() != Message.State.COMPLETE) {
                    text.append("\n*").append(lower(message.state())).append("*\n");
                }
                if (message.feedback() != null) {
                    text.append("\n").append(message.feedback().rating() == Feedback.Rating.UP ? "👍 " : "👎 ")
                            .append(message.feedback().comment().strip()).append("\n");
                }
            }
        }
        return text.toString();
    }

    /** As JSON, the messages with OpenAI's role names. */
    public String json() {
        ObjectNode root = MAPPER.createObjectNode()
                .put("title", conversation.title())
                .put("created", conversation.created().toString())
                .put("updated", conversation.updated().toString());
        ArrayNode all = root.putArray("messages");
        for (Message message : messages) {
            ObjectNode node = all.addObject()
                    .put("role", lower(message.role()))
                    .put("content", message.content())
                    .put("turn", message.turn())
                    .put("created", message.created().toString());
            if (message.role() == Role.ASSISTANT) {
                node.put("reasoning", message.reasoning()).put("model", message.model())
                        .put("state", lower(message.state()));
                if (message.feedback() != null) {
                    node.putObject("feedback").put("rating", lower(message.feedback().rating()))
                            .put("comment", message.feedback().comment());
                }
            }
        }
        return root.toPrettyString();
    }

    private static String quoted(String text) {
        StringBuilder lines = new StringBuilder();
        text.lines().forEach(line -> lines.append("> ").append(line).append('\n'));
        return lines.toString();
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
