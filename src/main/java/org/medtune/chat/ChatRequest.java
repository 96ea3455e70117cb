package org.medtune.chat;

import java.util.List;
import org.medtune.generation.SamplingParameters;
import org.medtune.model.ChatMessage;

/**
 * A question to a model.
 *
 * @param user     who asks; limits and the order of the queue are by user
 * @param model    a {@link ChatModel}'s id
 * @param messages the conversation, the newest message last; roles as in chat templates. What an assistant message held
 *                 up to {@code </think>} may be left in.
 * @param sampling how to answer
 */
public record ChatRequest(String user, String model, List<ChatMessage> messages, SamplingParameters sampling) {}
