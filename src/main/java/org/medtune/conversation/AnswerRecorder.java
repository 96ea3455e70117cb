package org.medtune.conversation;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.medtune.MedtuneException;
import org.medtune.chat.AnswerSnapshot;
import org.medtune.chat.ChatAnswer;
import org.medtune.conversation.Message.State;

/**
 * Stores answers when they end. It looks at them from time to time and never waits for them: whoever waits counts as a
 * reader, and an answer that nobody reads must be able to end for that reason.
 */
final class AnswerRecorder implements AutoCloseable {

    private static final long PERIOD_MILLISECONDS = 250;

    private final ConversationStore store;
    private final Map<String, ChatAnswer> open = new ConcurrentHashMap<>();
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private ScheduledFuture<?> ticking;

    private AnswerRecorder(ConversationStore store) {
        this.store = store;
    }

    static AnswerRecorder start(ConversationStore store, ScheduledExecutorService executor) {
        AnswerRecorder recorder = new AnswerRecorder(store);
        recorder.ticking = executor.scheduleWithFixedDelay(recorder::record, PERIOD_MILLISECONDS, PERIOD_MILLISECONDS,
                TimeUnit.MILLISECONDS);
        return recorder;
    }

    /** Looks after an answer from now on. */
    void add(ChatAnswer answer) {
        open.put(answer.id(), answer);
    }

    /** Stores those that have ended. */
    synchronized void record() {
        open.values().forEach(answer -> {
            AnswerSnapshot snapshot = answer.snapshot();
            if (snapshot.phase().isFinal()) {
                store(answer.id(), snapshot, state(snapshot.phase()));
            }
        });
    }

    /** Stores all, ended or not. */
    @Override
    public synchronized void close() {
        ticking.cancel(false);
        record();
        open.values().forEach(answer -> store(answer.id(), answer.snapshot(), State.INTERRUPTED));
    }

    private void store(String id, AnswerSnapshot snapshot, State state) {
        try {
            store.end(id, state, snapshot.reasoning(), snapshot.content(), snapshot.droppedTurns(),
                    snapshot.failure() == null ? null : snapshot.failure().getMessage());
            open.remove(id);
            told.remove(id);
        } catch (MedtuneException e) {
            if (told.add(id)) {
                MESSAGES.answerNotStored(id, e);
            }
        }
    }

    private static State state(AnswerSnapshot.Phase phase) {
        return switch (phase) {
            case STOPPED_ITSELF -> State.COMPLETE;
            case LENGTH -> State.LENGTH;
            case CANCELLED -> State.CANCELLED;
            case FAILED -> State.FAILED;
            case QUEUED, RUNNING -> State.WRITING;
        };
    }
}
