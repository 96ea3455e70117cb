package org.medtune.chat;

import java.util.List;
import java.util.Optional;
import org.medtune.generation.GenerationLoad;

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

    /**
     * Loads the model if it is not loaded, which may take minutes.
     *
     * @throws org.medtune.InvalidInputException if the folder does not hold a model that can be used
     * @throws org.medtune.RecoverableException  if memory does not suffice
     */
    void prepare();

    /** Whether the model is loaded, so that a question is answered at once. */
    boolean prepared();

    /** What there is to do now; nothing before the first question. */
    GenerationLoad load();

    /** An answer by its id: those being written, and ended ones for some minutes. */
    Optional<ChatAnswer> answer(String id);
}
