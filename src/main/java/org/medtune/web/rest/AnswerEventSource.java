package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.time.Duration;
import org.medtune.chat.AnswerSnapshot;
import org.medtune.chat.ChatAnswer;

/** News of an answer. Whoever takes nothing does not count as a reader of the answer. */
final class AnswerEventSource implements EventStream.Source {

    private static final Duration PERIOD = Duration.ofMillis(200);
    private static final int QUIET_ROUNDS = 10;

    private final ChatAnswer answer;
    private final AnswerEvents events;
    private long version = -1;
    private int queuePosition;
    private boolean ended;

    AnswerEventSource(ChatAnswer answer, AnswerEvents events) {
        this.answer = answer;
        this.events = events;
    }

    @Override
    public Duration period() {
        return PERIOD;
    }

    @Override
    public int quietRounds() {
        return QUIET_ROUNDS;
    }

    @Override
    public String news() throws InterruptedException {
        AnswerSnapshot snapshot = answer.awaitChange(version, Duration.ZERO);
        // those in front of it may go without any change of its own
        if (snapshot.version() == version && snapshot.queuePosition() == queuePosition) {
            return "";
        }
        version = snapshot.version();
        queuePosition = snapshot.queuePosition();
        ended = snapshot.phase().isFinal();
        return events.next(snapshot);
    }

    @Override
    public boolean ended() {
        return ended;
    }

    @Override
    public void failed(RuntimeException thrown) {
        MESSAGES.requestFailed(answer.id(), thrown);
    }
}
