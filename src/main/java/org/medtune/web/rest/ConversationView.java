package org.medtune.web.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.medtune.conversation.Conversation;
import org.medtune.conversation.Message;

/**
 * A conversation, as the REST interface shows it.
 *
 * @param id       of the conversation
 * @param title    as the user has named it, or made of the first question
 * @param created  ISO 8601 in UTC
 * @param updated  ISO 8601 in UTC
 * @param messages in their order; missing in lists
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ConversationView(String id, String title, String created, String updated, List<MessageView> messages) {

    static ConversationView of(Conversation conversation) {
        return new ConversationView(conversation.id(), conversation.title(), conversation.created().toString(),
                conversation.updated().toString(), null);
    }

    static ConversationView of(Conversation conversation, List<Message> messages) {
        return new ConversationView(conversation.id(), conversation.title(), conversation.created().toString(),
                conversation.updated().toString(), messages.stream().map(MessageView::of).toList());
    }
}
