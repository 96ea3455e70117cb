package org.medtune.generation;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/**
 * The requests of an engine that wait, and who takes them. Users take turns. The first request stays the first until a
 * worker has memory for it, and nobody overtakes it; of the workers that may have, the one with the fewest sequences
 * tries first. Safe for use by many threads.
 */
final class GenerationQueue {

    private final GenerationLimits limits;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final FairQueue<Generation> waiting = new FairQueue<>();
    private final Map<String, Integer> openByUser = new HashMap<>();

    /** The sequences of each worker. */
    private final int[] load;

    /** The workers that have no memory for {@link #first} now. */
    private final BitSet refused = new BitSet();

    /** Whose turn it is; null as long as no worker has tried the next one. */
    private Generation first;

    /** Whether a worker is trying the first one. */
    private boolean claimed;
    private boolean closed;

    /** What a worker finds that waits for work. */
    enum Found { WORK, NOTHING, CLOSED }

    GenerationQueue(GenerationLimits limits, int workers) {
        this.limits = limits;
        this.load = new int[workers];
    }

    /** Takes a request in; refusals are those of {@link GenerationEngine#submit}. */
    void add(Generation generation) {
        locked(() -> {
            if (closed) {
                throw MESSAGES.answersEnded();
            }
            String user = generation.request().user();
            int open = openByUser.getOrDefault(user, 0);
            if (open >= limits.openOfUser()) {
                throw MESSAGES.tooManyQuestionsOfUser(open);
            }
            if (waiting.size() >= limits.waiting()) {
                throw MESSAGES.tooManyQuestions(waiting.size());
            }
            openByUser.put(user, open + 1);
            waiting.add(user, generation);
        });
    }

    /** Requests that wait, and requests that workers have. */
    GenerationLoad load(long tokens) {
        lock.lock();
        try {
            return new GenerationLoad(waiting.size() + (first == null ? 0 : 1), IntStream.of(load).sum(), tokens);
        } finally {
            lock.unlock();
        }
    }

    /** Requests that leave before this one; 0 when it has left. */
    int position(Generation generation) {
        lock.lock();
        try {
            int ahead = first == null ? 0 : 1;
            return first == generation ? 0 : waiting.position(generation.request().user(), generation) + ahead;
        } finally {
            lock.unlock();
        }
    }

    /** Takes a request out that has been cancelled; false when a worker has it, who then ends it. */
    boolean remove(Generation generation) {
        lock.lock();
        try {
            if (first == generation && !claimed) {
                forgetFirst();
                return true;
            }
            return waiting.remove(generation.request().user(), generation);
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    /** The next request for a worker, who then calls one of {@link #started}, {@link #refuse} and {@link #drop}. */
    Optional<Generation> claim(int worker) {
        lock.lock();
        try {
            if (!mayClaim(worker)) {
                return Optional.empty();
            }
            if (first == null) {
                first = waiting.poll().orElseThrow();
            }
            claimed = true;
            return Optional.of(first);
        } finally {
            lock.unlock();
        }
    }

    /** Tells that a worker has started to answer what it claimed. */
    void started(int worker) {
        locked(() -> {
            load[worker]++;
            forgetFirst();
        });
    }

    /**
     * Tells that a worker cannot answer what it claimed now, so that others try.
     *
     * @return false when the request has been cancelled meanwhile: it has left the queue then
     */
    boolean refuse(int worker) {
        lock.lock();
        try {
            claimed = false;
            if (first.cancelled()) {
                forgetFirst();
                return false;
            }
            refused.set(worker);
            return true;
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    /** Whether a worker other than this one may take what this one claimed, now or when a sequence of its has ended. */
    boolean anotherMayTake(int worker) {
        lock.lock();
        try {
            return IntStream.range(0, load.length)
                    .anyMatch(other -> other != worker && (!refused.get(other) || load[other] > 0));
        } finally {
            lock.unlock();
        }
    }

    /** Tells that what a worker claimed has ended without being answered. */
    void drop() {
        locked(this::forgetFirst);
    }

    /** Tells that a sequence of a worker has ended. */
    void left(int worker) {
        locked(() -> {
            load[worker]--;
            refused.clear(worker);
        });
    }

    /** Tells that a request is not open any more. */
    void ended(Generation generation) {
        locked(() -> openByUser.computeIfPresent(generation.request().user(),
                (user, open) -> open == 1 ? null : open - 1));
    }

    /**
     * Waits until there is something for a worker without sequences.
     *
     * @param most for how long; empty for ever
     */
    Found await(int worker, Optional<Duration> most) {
        lock.lock();
        try {
            long left = most.map(Duration::toNanos).orElse(Long.MAX_VALUE);
            while (!closed && !mayClaim(worker) && left > 0) {
                left = changed.awaitNanos(left);
            }
            return closed ? Found.CLOSED : mayClaim(worker) ? Found.WORK : Found.NOTHING;
        } catch (InterruptedException e) {
            return Found.CLOSED;
        } finally {
            lock.unlock();
        }
    }

    boolean closed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Takes no requests any more, and sends the workers away. */
    void close() {
        locked(() -> closed = true);
    }

    /** Takes out all that wait. */
    List<Generation> drain() {
        lock.lock();
        try {
            List<Generation> left = new ArrayList<>(waiting.drain());
            if (first != null && !claimed) {
                left.add(0, first);
                forgetFirst();
            }
            return left;
        } finally {
            lock.unlock();
        }
    }

    private boolean mayClaim(int worker) {
        boolean something = first != null || waiting.size() > 0;
        if (!something || claimed || refused.get(worker) || load[worker] >= limits.sequences()) {
            return false;
        }
        return IntStream.range(0, load.length)
                .noneMatch(other -> load[other] < load[worker] && !refused.get(other));
    }

    private void forgetFirst() {
        first = null;
        claimed = false;
        refused.clear();
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
