package org.medtune.web.faces;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Named;
import java.util.List;
import org.medtune.conversation.Conversations;
import org.medtune.ops.FineTuneParameter;

/** What the chat page is made of; the rest of it is its script's and the REST interface's. */
@Named
@RequestScoped
public class ChatPage {

    private static final List<String> SCRIPT_TEXTS = List.of("new", "training", "model.base", "model.checkpoint",
            "reasoning", "reasoning.now", "copied", "comment.saved", "state.queued", "state.running",
            "state.reconnecting", "state.length", "state.cancelled", "state.failed", "state.interrupted", "dropped",
            "done");

    /** The keys, behind {@code chat.}, of the texts that the script shows. */
    public List<String> getScriptTexts() {
        return SCRIPT_TEXTS;
    }

    /** The question that every run's report answers, too. */
    public String getExampleQuestion() {
        return FineTuneParameter.EVALUATION_QUESTION.defaultText();
    }

    public int getLongestQuestion() {
        return Conversations.LONGEST_QUESTION;
    }

    public int getLongestTitle() {
        return Conversations.LONGEST_TITLE;
    }

    public int getLongestComment() {
        return Conversations.LONGEST_COMMENT;
    }
}
