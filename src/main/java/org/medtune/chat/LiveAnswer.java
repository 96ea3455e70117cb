package org.medtune.chat;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.medtune.MedtuneException;
import org.medtune.chat.AnswerSnapshot.Phase;
import org.medtune.generation.Generation;
import org.medtune.generation.GenerationListener;
import org.medtune.generation.ThinkSplitter;

/** An answer in memory, written by the engine's thread. */
final class LiveAnswer implements ChatAnswer, GenerationListener {

    private final String id;
    private final ChatRequest request;
    private final PromptBuilder.Prompt prompt;
    private final ThinkSplitter splitter;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Phase phase = Phase.QUEUED;
    private long version;
    private int tokens;
    private MedtuneException failure;
    private AnswerSnapshot newest;
    private int readers;
    private long lastRead = System.nanoTime();
    private long ended;
    private volatile Generation generation;

    LiveAnswer(String id, ChatRequest request, PromptBuilder.Prompt prompt) {
        this.id = id;
        this.request = request;
        this.prompt = prompt;
        this.splitter = new ThinkSplitter(prompt.reasons());
    }

    void generation(Generation taken) {
        generation = taken;
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
    public AnswerSnapshot snapshot() {
        // asks the engine, so before the lock is taken: the engine's thread takes the two the other way round
        int position = generation == null ? 0 : generation.queuePosition();
        lock.lock();
        try {
            if (newest == null || newest.version() != version || newest.queuePosition() != position) {
                newest = new AnswerSnapshot(version, phase, phase == Phase.QUEUED ? position : 0,
                        splitter.reasoning(), splitter.content(), prompt.droppedTurns(), prompt.tokenIds().length,
                        tokens, failure);
            }
            return newest;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public AnswerSnapshot awaitChange(long seen, Duration timeout) throws InterruptedException {
        lock.lock();
        try {
            readers++;
            long left = timeout.toNanos();
            while (version == seen && !phase.isFinal() && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            readers--;
            lastRead = System.nanoTime();
            lock.unlock();
        }
        return snapshot();
    }

    @Override
    public void cancel() {
        Generation taken = generation;
        if (taken != null) {
            taken.cancel();
        }
    }

    @Override
    public void started() {
        change(() -> phase = Phase.RUNNING);
    }

    @Override
    public void token(String piece, int count) {
        change(() -> {
            tokens = count;
            splitter.append(piece);
        });
    }

    @Override
    public void ended(End end, MedtuneException why) {
        change(() -> {
            splitter.end();
            failure = why;
            ended = System.nanoTime();
            phase = switch (end) {
                case STOPPED -> Phase.STOPPED_ITSELF;
                case LENGTH -> Phase.LENGTH;
                case CANCELLED -> Phase.CANCELLED;
                case FAILED -> Phase.FAILED;
            };
        });
    }

    /** Whether it is being written and nobody has waited for news for so long. */
    boolean unattendedFor(Duration time) {
        lock.lock();
        try {
            return !phase.isFinal() && readers == 0 && System.nanoTime() - lastRead > time.toNanos();
        } finally {
            lock.unlock();
        }
    }

    /** Whether it has ended so long ago. */
    boolean endedFor(Duration time) {
        lock.lock();
        try {
            return phase.isFinal() && System.nanoTime() - ended > time.toNanos();
        } finally {
            lock.unlock();
        }
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            version++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
