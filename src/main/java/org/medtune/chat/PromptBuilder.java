package org.medtune.chat;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.medtune.InvalidInputException;
import org.medtune.adapter.AdapterRecord;
import org.medtune.dataset.PromptTemplate;
import org.medtune.generation.ThinkSplitter;
import org.medtune.model.ChatMessage;
import org.medtune.model.Tokenizer;

/**
 * Makes prompts of conversations.
 *
 * <p>A single question to an adapter takes the form that its training rows had; the base model is asked in the form of
 * the default template, as a run's evaluation asks it, so that the two can be compared like for like. A conversation
 * takes the model's own chat template. Where a conversation is longer than the model's context, its oldest turns are
 * left out whole.
 *
 * @param tokenizer of the model
 * @param context   the most tokens of prompt and answer together
 */
record PromptBuilder(Tokenizer tokenizer, int context) {

    private static final String SYSTEM = "system";
    private static final String USER = "user";
    private static final String ASSISTANT = "assistant";

    /**
     * A prompt.
     *
     * @param tokenIds     the whole of it
     * @param droppedTurns turns that did not fit
     * @param reasons      whether the answer begins with reasoning
     * @param maxNewTokens what is left of the wanted length of the answer
     */
    record Prompt(int[] tokenIds, int droppedTurns, boolean reasons, int maxNewTokens) {}

    /**
     * The prompt of a conversation.
     *
     * @param adapter      of whom it is asked; empty for the base model
     * @param maxNewTokens the longest answer that is wanted
     * @throws InvalidInputException if the conversation does not end with a user's message, that message does not fit,
     *     or the model has no chat template and needs one
     */
    Prompt build(List<ChatMessage> messages, Optional<AdapterRecord> adapter, int maxNewTokens) {
        if (messages.isEmpty() || !messages.get(messages.size() - 1).role().equals(USER)) {
            throw MESSAGES.noQuestion();
        }
        messages.stream().map(ChatMessage::role).filter(role -> !Set.of(SYSTEM, USER, ASSISTANT).contains(role))
                .findFirst().ifPresent(role -> {
                    throw MESSAGES.unknownRole(role);
                });
        Optional<PromptTemplate> template = messages.size() == 1 ? template(adapter) : Optional.empty();
        if (template.isPresent()) {
            String text = template.get().inferencePrompt(messages.get(0).content());
            return prompt(tokenizer.encodeWithBeginOfSentence(text), text, 0, maxNewTokens);
        }
        return conversation(messages, maxNewTokens);
    }

    /** The form of a single question; empty for an adapter of unknown form, which the chat template has to do for. */
    private static Optional<PromptTemplate> template(Optional<AdapterRecord> adapter) {
        String name = adapter.map(AdapterRecord::promptTemplate).orElse(PromptTemplate.DEFAULT_NAME);
        return name.isEmpty() ? Optional.empty() : Optional.of(PromptTemplate.named(name));
    }

    private Prompt conversation(List<ChatMessage> messages, int maxNewTokens) {
        List<List<ChatMessage>> turns = turns(messages);
        List<ChatMessage> instructions = messages.stream().takeWhile(m -> m.role().equals(SYSTEM)).toList();
        // room for an answer of some length, but not at the price of the whole conversation
        int room = context - Math.min(maxNewTokens, context / 4);
        int dropped = certainlyTooMany(turns, room);
        while (true) {
            List<ChatMessage> kept = new ArrayList<>(instructions);
            turns.subList(dropped, turns.size()).forEach(kept::addAll);
            String text = tokenizer.chatTemplate().render(kept, true);
            int[] ids = tokenizer.encode(text);
            if (ids.length <= room || dropped == turns.size() - 1) {
                return prompt(ids, text, dropped, maxNewTokens);
            }
            dropped++;
        }
    }

    private Prompt prompt(int[] ids, String text, int dropped, int maxNewTokens) {
        if (ids.length >= context) {
            throw MESSAGES.questionTooLong(ids.length, context);
        }
        boolean reasons = text.stripTrailing().endsWith(ThinkSplitter.OPEN)
                || tokenizer.idOf(ThinkSplitter.CLOSE).isPresent();
        return new Prompt(ids, dropped, reasons, Math.min(maxNewTokens, context - ids.length));
    }

    /** The oldest turns without which the texts alone come within the room: a template only adds to them. */
    private int certainlyTooMany(List<List<ChatMessage>> turns, int room) {
        int tokens = 0;
        for (int turn = turns.size() - 1; turn >= 0; turn--) {
            tokens += turns.get(turn).stream().mapToInt(message -> tokenizer.encode(message.content()).length).sum();
            if (tokens > room) {
                return Math.min(turn + 1, turns.size() - 1);
            }
        }
        return 0;
    }

    /** Every user's message with what was answered; reasoning is no part of a conversation. */
    private static List<List<ChatMessage>> turns(List<ChatMessage> messages) {
        List<List<ChatMessage>> turns = new ArrayList<>();
        for (ChatMessage message : messages.stream().dropWhile(m -> m.role().equals(SYSTEM)).toList()) {
            if (turns.isEmpty() || message.role().equals(USER)) {
                turns.add(new ArrayList<>());
            }
            turns.get(turns.size() - 1).add(withoutReasoning(message));
        }
        return turns;
    }

    private static ChatMessage withoutReasoning(ChatMessage message) {
        int end = message.content().lastIndexOf(ThinkSplitter.CLOSE);
        return end < 0 || !message.role().equals(ASSISTANT) ? message
                : new ChatMessage(ASSISTANT, message.content().substring(end + ThinkSplitter.CLOSE.length()).strip());
    }
}
