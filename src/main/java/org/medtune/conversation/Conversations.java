package org.medtune.conversation;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import org.medtune.MedtuneException;
import org.medtune.chat.ChatAnswer;
import org.medtune.chat.ChatRequest;
import org.medtune.chat.ChatService;
import org.medtune.conversation.ConversationStore.Asked;
import org.medtune.conversation.Message.Role;
import org.medtune.conversation.Message.State;
import org.medtune.generation.SamplingParameters;
import org.medtune.model.ChatMessage;

/**
 * What a user does with conversations: asks, asks again, stops, rates. Answers are stored when they end, whether
 * anybody reads them then or not. Safe for use by many threads.
 */
public final class Conversations implements AutoCloseable {

    /** The most characters of a question. */
    public static final int LONGEST_QUESTION = 32_000;
    /** The most characters of a title. */
    public static final int LONGEST_TITLE = 200;
    /** The most characters of a comment. */
    public static final int LONGEST_COMMENT = 4_000;

    private static final int MOST_MODELS = 2;
    private static final int MOST_NEW_TOKENS = 2_048;
    /** As DeepSeek recommends for its R1 models. */
    private static final double TEMPERATURE = 0.6;
    private static final double TOP_P = 0.95;

    private final ChatService chat;
    private final ConversationStore store;
    private final FeedbackFiles feedbackFiles;
    private final AnswerRecorder recorder;

    /**
     * Conversations in a store.
     *
     * @param chat          answers the questions
     * @param store         keeps them
     * @param feedbackFiles where feedback is written, too
     * @param executor      looks after answers that are being written; remains the caller's
     */
    public Conversations(ChatService chat, ConversationStore store, FeedbackFiles feedbackFiles,
            ScheduledExecutorService executor) {
        this.chat = chat;
        this.store = store;
        this.feedbackFiles = feedbackFiles;
        this.recorder = AnswerRecorder.start(store, executor);
    }

    /** The user's conversations, see {@link ConversationStore#list}. */
    public List<Conversation> list(String user, String search, int offset, int limit) {
        return store.list(user, search, offset, limit);
    }

    /**
     * One conversation.
     *
     * @throws org.medtune.NotFoundException if the user has none of that id
     */
    public Conversation find(String user, String id) {
        return store.find(user, id);
    }

    /** All messages of one of the user's conversations in their order; answers that have ended are complete. */
    public List<Message> messages(String user, String id) {
        recorder.record();
        return store.messages(store.find(user, id).id());
    }

    /**
     * Begins a conversation.
     *
     * @param models the ids of the models to ask, one or two
     * @throws org.medtune.InvalidInputException if question or models cannot be used; nothing is kept then
     * @throws org.medtune.ConflictException     if the chat service takes no more questions now; nothing is kept then
     */
    public synchronized Conversation begin(String user, String question, List<String> models) {
        return ask(user, List.of(), question, models,
                asked -> store.begin(user, title(question), question.strip(), asked));
    }

    /**
     * Asks the next question of a conversation.
     *
     * @throws org.medtune.ConflictException as {@link #begin}, and if an answer is still being written
     */
    public synchronized void ask(String user, String id, String question, List<String> models) {
        List<Message> before = messages(user, id);
        requireNoneWriting(before);
        int turn = before.isEmpty() ? 0 : before.get(before.size() - 1).turn() + 1;
        putTurn(user, id, turn, before, question, models);
    }

    /** Asks another question in the place of one; what followed it is deleted. */
    public synchronized void edit(String user, long questionId, String question, List<String> models) {
        Message old = store.message(user, questionId);
        if (old.role() != Role.USER) {
            throw MESSAGES.messageIsNoQuestion(questionId);
        }
        List<Message> all = messages(user, old.conversation());
        requireNoneWriting(all);
        putTurn(user, old.conversation(), old.turn(), before(all, old.turn()), question, models);
    }

    /**
     * Writes an answer anew; later turns are deleted.
     *
     * @param model the model to ask, or empty for the one that answered
     */
    public synchronized void regenerate(String user, long answerId, Optional<String> model) {
        Message old = answer(user, answerId);
        List<Message> all = messages(user, old.conversation());
        requireNoneWriting(all);
        String question = all.stream().filter(message -> message.turn() == old.turn() && message.role() == Role.USER)
                .findFirst().orElseThrow().content();
        ask(user, before(all, old.turn()), question, List.of(model.orElse(old.model())), asked -> {
            store.replaceAnswer(old, asked.get(0));
            return old;
        });
    }

    /** Ends an answer; what there is of it stays. Without effect on one that has ended. */
    public void stop(String user, long answerId) {
        cancel(answer(user, answerId));
    }

    /** Gives a conversation another title. */
    public void rename(String user, String id, String title) {
        String stripped = title.strip();
        if (stripped.isEmpty() || stripped.length() > LONGEST_TITLE) {
            throw MESSAGES.titleOfWrongLength(stripped.length(), LONGEST_TITLE);
        }
        store.rename(user, id, stripped);
    }

    /** Makes what a former user has the user's. */
    public void adopt(String former, String user) {
        store.adopt(former, user);
    }

    /** Deletes a conversation; answers of it that are being written end. */
    public synchronized void delete(String user, String id) {
        messages(user, id).forEach(this::cancel);
        store.delete(user, id);
        feedbackFiles.write(store);
    }

    /**
     * Rates an answer.
     *
     * @throws org.medtune.ConflictException if it is still being written
     */
    public void rate(String user, long answerId, Feedback feedback) {
        recorder.record();
        if (answer(user, answerId).state() == State.WRITING) {
            throw MESSAGES.feedbackTooEarly();
        }
        if (feedback.comment().length() > LONGEST_COMMENT) {
            throw MESSAGES.commentTooLong(feedback.comment().length(), LONGEST_COMMENT);
        }
        store.putFeedback(answerId, feedback);
        feedbackFiles.write(store);
    }

    /** Takes a rating back. */
    public void removeRating(String user, long answerId) {
        store.removeFeedback(answer(user, answerId).id());
        feedbackFiles.write(store);
    }

    /** The answers that the user has rated. */
    public List<RatedAnswer> ratedAnswers(String user) {
        return store.ratedAnswers(Optional.of(user));
    }

    /**
     * An answer that the user has asked for and that is being written, or has ended not long ago.
     *
     * @throws org.medtune.NotFoundException if there is none
     */
    public ChatAnswer live(String user, String answerId) {
        return chat.answer(answerId).filter(answer -> answer.request().user().equals(user))
                .orElseThrow(() -> MESSAGES.noSuchAnswer(answerId));
    }

    /** Stores the answers that are being written as far as they have come. */
    @Override
    public void close() {
        recorder.close();
    }

    private interface Keeping<T> {
        T keep(List<Asked> answers);
    }

    private void putTurn(String user, String id, int turn, List<Message> before, String question,
            List<String> models) {
        ask(user, before, question, models, asked -> {
            store.putTurn(id, turn, question.strip(), asked);
            return id;
        });
    }

    /** Asks all models, then keeps the question; if either fails nothing goes on. */
    private <T> T ask(String user, List<Message> before, String question, List<String> models, Keeping<T> keeping) {
        check(question, models);
        List<ChatAnswer> answers = new ArrayList<>();
        try {
            // the same seed for models that are compared
            SamplingParameters sampling = new SamplingParameters(TEMPERATURE, TOP_P, 0, 1,
                    ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), MOST_NEW_TOKENS, List.of());
            for (String model : models) {
                List<ChatMessage> prompt = Prompts.of(before, model, question.strip());
                answers.add(chat.ask(new ChatRequest(user, model, prompt, sampling)));
            }
            T kept = keeping.keep(answers.stream()
                    .map(answer -> new Asked(answer.request().model(), answer.id())).toList());
            answers.forEach(recorder::add);
            return kept;
        } catch (MedtuneException e) {
            answers.forEach(ChatAnswer::cancel);
            throw e;
        }
    }

    private static void check(String question, List<String> models) {
        if (question.isBlank()) {
            throw MESSAGES.questionEmpty();
        }
        if (question.length() > LONGEST_QUESTION) {
            throw MESSAGES.questionOfTooManyCharacters(question.length(), LONGEST_QUESTION);
        }
        if (models.isEmpty() || models.size() > MOST_MODELS || new LinkedHashSet<>(models).size() != models.size()) {
            throw MESSAGES.modelsOfWrongNumber(models.toString());
        }
    }

    private static void requireNoneWriting(List<Message> messages) {
        if (messages.stream().anyMatch(message -> message.state() == State.WRITING)) {
            throw MESSAGES.answerBeingWritten();
        }
    }

    private Message answer(String user, long id) {
        Message message = store.message(user, id);
        if (message.role() != Role.ASSISTANT) {
            throw MESSAGES.messageIsNoAnswer(id);
        }
        return message;
    }

    private void cancel(Message message) {
        if (message.state() == State.WRITING) {
            chat.answer(message.answerId()).ifPresent(ChatAnswer::cancel);
        }
    }

    private static List<Message> before(List<Message> all, int turn) {
        return all.stream().filter(message -> message.turn() < turn).toList();
    }

    private static String title(String question) {
        String line = question.strip().lines().findFirst().orElse("");
        int most = 60;
        return line.codePointCount(0, line.length()) <= most ? line
                : line.substring(0, line.offsetByCodePoints(0, most - 1)) + "…";
    }
}
