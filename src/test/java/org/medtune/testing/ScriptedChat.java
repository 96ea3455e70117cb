package org.medtune.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.medtune.MedtuneException;
import org.medtune.MedtuneMessages;
import org.medtune.chat.AnswerSnapshot;
import org.medtune.chat.AnswerSnapshot.Phase;
import org.medtune.chat.ChatAnswer;
import org.medtune.chat.ChatModel;
import org.medtune.chat.ChatRequest;
import org.medtune.chat.ChatService;
import org.medtune.generation.GenerationLoad;

/** A chat service whose answers a test writes by hand. */
public final class ScriptedChat implements ChatService {

    public static final String BASE = "base";
    public static final String TUNED = "tuned";

    private final List<Answer> answers = new ArrayList<>();
    private boolean prepared = true;

    @Override
    public List<ChatModel> models() {
        return List.of(new ChatModel(BASE, ChatModel.Kind.BASE), new ChatModel(TUNED, ChatModel.Kind.ADAPTER));
    }

    @Override
    public synchronized ChatAnswer ask(ChatRequest request) {
        if (models().stream().noneMatch(model -> model.id().equals(request.model()))) {
            throw MedtuneMessages.MESSAGES.noSuchAnswer(request.model());
        }
        Answer answer = new Answer(request);
        answers.add(answer);
        return answer;
    }

    @Override
    public synchronized Optional<ChatAnswer> answer(String id) {
        return answers.stream().filter(answer -> answer.id().equals(id)).map(ChatAnswer.class::cast).findFirst();
    }

    @Override
    public void prepare() {
        // answers come from the test
    }

    @Override
    public synchronized boolean prepared() {
        return prepared;
    }

    @Override
    public synchronized GenerationLoad load() {
        return new GenerationLoad(0, 0, 0);
    }

    /** From now on no model is loaded. */
    public synchronized void unload() {
        prepared = false;
    }

    /** The answer that was asked for as the given one, counted from 0. */
    public synchronized Answer asked(int index) {
        return answers.get(index);
    }

    /** How many were asked for. */
    public synchronized int count() {
        return answers.size();
    }

    /** An answer; it stays as the test has written it. */
    public static final class Answer implements ChatAnswer {

        private final String id = UUID.randomUUID().toString();
        private final ChatRequest request;
        private AnswerSnapshot snapshot = new AnswerSnapshot(0, Phase.QUEUED, 0, "", "", 0, 0, 0, null);
        private int waits;

        Answer(ChatRequest request) {
            this.request = request;
        }

        /** Sets all there is of it. */
        public synchronized Answer write(Phase phase, String reasoning, String content) {
            return write(phase, reasoning, content, null);
        }

        /** Lets it fail with what there is. */
        public synchronized Answer fail(MedtuneException failure) {
            return write(Phase.FAILED, snapshot.reasoning(), snapshot.content(), failure);
        }

        private Answer write(Phase phase, String reasoning, String content, MedtuneException failure) {
            snapshot = new AnswerSnapshot(snapshot.version() + 1, phase, 0, reasoning, content, 0, 1, 1, failure);
            return this;
        }

        /** How often somebody has waited for it, and so counted as a reader. */
        public synchronized int waits() {
            return waits;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public ChatRequest request() {
            return request;
        }

        @Override
        public synchronized AnswerSnapshot snapshot() {
            return snapshot;
        }

        @Override
        public synchronized AnswerSnapshot awaitChange(long version, Duration timeout) throws InterruptedException {
            waits++;
            if (snapshot.version() == version) {
                wait(Math.max(1, timeout.toMillis()));
            }
            return snapshot;
        }

        @Override
        public synchronized void cancel() {
            if (!snapshot.phase().isFinal()) {
                write(Phase.CANCELLED, snapshot.reasoning(), snapshot.content());
            }
        }
    }
}
