package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.medtune.chat.AnswerSnapshot;
import org.medtune.chat.ChatAnswer;

/**
 * Sends an answer to one reader, some times a second, without a thread of its own. A reader that takes nothing is not
 * waited for; it does not count as a reader of the answer then, and gets all at once when it reads again.
 */
final class AnswerEventStream implements WriteListener {

    private static final long PERIOD_MILLISECONDS = 200;
    /** Rounds without news after which a blank line is sent, to notice that the reader is gone. */
    private static final int QUIET_ROUNDS = 10;
    private static final byte[] SIGN_OF_LIFE = ":\n\n".getBytes(StandardCharsets.UTF_8);

    private final AsyncContext async;
    private final ServletOutputStream out;
    private final ChatAnswer answer;
    private final AnswerEvents events;
    private ScheduledFuture<?> rounds;
    private long version = -1;
    private int queuePosition;
    private int quietRounds;
    private boolean unflushed;
    private boolean lastSent;
    private boolean ended;

    private AnswerEventStream(AsyncContext async, ChatAnswer answer, AnswerEvents events) throws IOException {
        this.async = async;
        this.out = async.getResponse().getOutputStream();
        this.answer = answer;
        this.events = events;
    }

    /** Begins to send. */
    static void start(AsyncContext async, ChatAnswer answer, AnswerEvents events, ScheduledExecutorService executor)
            throws IOException {
        async.setTimeout(0);
        AnswerEventStream stream = new AnswerEventStream(async, answer, events);
        stream.begin(executor);
    }

    private synchronized void begin(ScheduledExecutorService executor) {
        out.setWriteListener(this);
        rounds = executor.scheduleWithFixedDelay(this::round, 0, PERIOD_MILLISECONDS, TimeUnit.MILLISECONDS);
    }

    @Override
    public synchronized void onWritePossible() throws IOException {
        if (!ended) {
            flush();
        }
    }

    @Override
    public synchronized void onError(Throwable thrown) {
        // the reader is gone
        end();
    }

    private synchronized void round() {
        try {
            if (!ended && !lastSent && !unflushed && out.isReady()) {
                send();
            }
        } catch (IOException e) {
            end();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end();
        } catch (RuntimeException e) {
            MESSAGES.requestFailed(answer.id(), e);
            end();
        }
    }

    private void send() throws IOException, InterruptedException {
        AnswerSnapshot snapshot = answer.awaitChange(version, Duration.ZERO);
        // those in front of it may go without any change of its own
        if (snapshot.version() != version || snapshot.queuePosition() != queuePosition) {
            version = snapshot.version();
            queuePosition = snapshot.queuePosition();
            quietRounds = 0;
            lastSent = snapshot.phase().isFinal();
            write(events.next(snapshot));
        } else if (++quietRounds >= QUIET_ROUNDS) {
            quietRounds = 0;
            write(SIGN_OF_LIFE);
        }
    }

    private void write(byte[] bytes) throws IOException {
        out.write(bytes);
        unflushed = true;
        flush();
    }

    private void flush() throws IOException {
        if (unflushed && out.isReady()) {
            unflushed = false;
            out.flush();
        }
        if (lastSent && !unflushed && out.isReady()) {
            end();
        }
    }

    private void end() {
        if (!ended) {
            ended = true;
            rounds.cancel(false);
            async.complete();
        }
    }
}
