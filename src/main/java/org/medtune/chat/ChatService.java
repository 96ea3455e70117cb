package org.medtune.chat;

import java.util.List;
import java.util.Optional;

/** Answers questions of many users at once on one resident base model. */
public interface ChatService {

    /** The models that can be chatted with now, the base model first. */
    List<ChatModel> models();

    /**
     * Takes a question. Returns at once: the answer is written by the service's own thread.
     *
     * @throws org.medtune.NotFoundException     if there is no such model
     * @throws org.medtune.InvalidInputException if the request cannot be answered: sampling out of range, the newest
     *     message longer than the model's context, no user message
     * @throws org.medtune.ConflictException     if the queue is full or the user has too many questions open
     */
    ChatAnswer ask(ChatRequest request);

    /** An answer by its id: those being written, and ended ones for some minutes. */
    Optional<ChatAnswer> answer(String id);
}
