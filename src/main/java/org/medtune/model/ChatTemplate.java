package org.medtune.model;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.medtune.InvalidInputException;

/**
 * A model's chat template: turns a conversation into the text that the model was trained on, as
 * {@code apply_chat_template} of Transformers does. Immutable; may be used by several threads.
 *
 * <p>Templates are programs that come with downloaded models. They are run in a {@link TemplateSandbox}.
 */
public final class ChatTemplate {

    private final String source;
    private final String template;
    private final Map<String, Object> tokens;
    private final TemplateSandbox sandbox = new TemplateSandbox();

    /**
     * @param source where the template is from, for messages
     * @param template Jinja text
     * @param beginOfSentenceToken what {@code bos_token} stands for; null if the model has none
     * @param endOfSentenceToken what {@code eos_token} stands for
     */
    ChatTemplate(String source, String template, String beginOfSentenceToken, String endOfSentenceToken) {
        this.source = source;
        this.template = template;
        this.tokens = new HashMap<>();
        if (beginOfSentenceToken != null) {
            tokens.put("bos_token", beginOfSentenceToken);
        }
        tokens.put("eos_token", endOfSentenceToken);
    }

    /**
     * The text of a conversation. It holds its special tokens, so it is encoded without adding any
     * ({@link Tokenizer#encode}).
     *
     * @param messages the conversation, oldest message first
     * @param addGenerationPrompt whether the text ends with what makes the model answer
     * @throws org.medtune.InvalidInputException if the template has an error, refuses the messages, or does not end
     *     within reason
     */
    public String render(List<ChatMessage> messages, boolean addGenerationPrompt) {
        Map<String, Object> values = new HashMap<>(tokens);
        values.put("add_generation_prompt", addGenerationPrompt);
        values.put("messages", messages.stream().map(ChatTemplate::asMap).toList());

        RenderResult result;
        try {
            result = sandbox.render(template, values);
        } catch (TemplateSandbox.StepsExhausted e) {
            throw tooExpensive();
        } catch (StackOverflowError e) {
            throw MESSAGES.chatTemplateFails(source, 1, "it is nested too deeply", e);
        }
        if (!result.getErrors().isEmpty()) {
            throw problem(result.getErrors().get(0));
        }
        return result.getOutput();
    }

    private InvalidInputException problem(TemplateError error) {
        for (Throwable cause = error.getException(); cause != null; cause = cause.getCause()) {
            if (cause instanceof TemplateSandbox.Refusal refusal) {
                return MESSAGES.chatTemplateRefusesMessages(source, refusal.getMessage());
            }
        }
        return switch (error.getReason()) {
            case OUTPUT_TOO_BIG, OVER_LIMIT, COLLECTION_TOO_BIG -> tooExpensive();
            default -> MESSAGES.chatTemplateFails(
                    source, Math.max(1, error.getLineno()), error.getMessage(), error.getException());
        };
    }

    private InvalidInputException tooExpensive() {
        return MESSAGES.chatTemplateTooExpensive(
                source, TemplateSandbox.MAXIMUM_STEPS, TemplateSandbox.MAXIMUM_CHARACTERS);
    }

    private static Map<String, Object> asMap(ChatMessage message) {
        return Map.of("role", message.role(), "content", message.content());
    }
}
