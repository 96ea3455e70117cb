package org.medtune.conversation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.medtune.conversation.Message.Role;
import org.medtune.model.ChatMessage;

/** Makes of a conversation what a model is asked. */
final class Prompts {

    private Prompts() {
    }

    /**
     * The turns before, and the new question. Where several models have answered, a model sees its own answer, or else
     * the first one. Turns without any answer are left out, since question and answer must alternate.
     */
    static List<ChatMessage> of(List<Message> before, String model, String question) {
        Map<Integer, List<Message>> turns = before.stream()
                .collect(Collectors.groupingBy(Message::turn, TreeMap::new, Collectors.toList()));
        List<ChatMessage> prompt = new ArrayList<>();
        for (List<Message> turn : turns.values()) {
            Optional<Message> asked = turn.stream().filter(message -> message.role() == Role.USER).findFirst();
            Optional<Message> answer = turn.stream()
                    .filter(message -> message.role() == Role.ASSISTANT && !message.content().isBlank())
                    .min(Comparator.comparing((Message message) -> !message.model().equals(model))
                            .thenComparing(Message::ordinal));
            if (asked.isPresent() && answer.isPresent()) {
                prompt.add(new ChatMessage("user", asked.get().content()));
                prompt.add(new ChatMessage("assistant", answer.get().content()));
            }
        }
        prompt.add(new ChatMessage("user", question));
        return prompt;
    }
}
