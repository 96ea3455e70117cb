package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.medtune.ConflictException;
import org.medtune.RecoverableException;
import org.medtune.tensor.ComputeDevice;

/**
 * Who may compute on the server's devices: one run on each at a time, first come, first served. An execution is
 * {@linkplain #admit admitted} when it begins, {@linkplain #await waits} when it is ready to compute, and
 * {@linkplain #leave leaves} when it ends.
 *
 * <p>A run that wants several devices gets all of them at once and holds none before, so that no two can wait for each
 * other. While it waits, no later run gets a device that it wants, so that it is never overtaken. Runs that have no
 * device in common do not wait for each other.
 *
 * <p>Every run here occupies a thread of the batch runtime, also while it waits. {@link #MOST_RUNS} keeps enough of
 * them free for other jobs. May be used by many threads.
 */
public final class DeviceQueue implements AutoCloseable {

    /** The most runs that are admitted at a time; server-config/scripts/batch.cli has some more threads than that. */
    public static final int MOST_RUNS = 32;

    private enum State { ADMITTED, WAITING, HOLDING }

    /** How long an application that is taken away waits for its runs to end: for a step and a checkpoint. */
    private static final Duration LONGEST_END = Duration.ofMinutes(1);

    private final Duration longestEnd;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** In the order of their admission. */
    private final Map<Long, Run> runs = new LinkedHashMap<>();

    /** In the order in which they came to wait. */
    private final List<Run> waiting = new ArrayList<>();
    private boolean closed;

    /** A queue without runs. */
    public DeviceQueue() {
        this(LONGEST_END);
    }

    DeviceQueue(Duration longestEnd) {
        this.longestEnd = longestEnd;
    }

    private static final class Run {
        private final long executionId;
        private final DeviceClaim claim;
        private State state = State.ADMITTED;

        Run(long executionId, DeviceClaim claim) {
            this.executionId = executionId;
            this.claim = claim;
        }

        boolean rivals(Run other) {
            return claim.wantsAnyOf(other.claim.devices());
        }
    }

    /**
     * Makes sure that a run which is about to be started would be admitted now.
     *
     * @throws ConflictException if it does not want to wait and another run is there for one of its devices, or if
     *                           there are {@link #MOST_RUNS} already
     */
    public void check(DeviceClaim claim) {
        lock.lock();
        try {
            if (runs.size() >= MOST_RUNS) {
                throw MESSAGES.tooManyRuns(MOST_RUNS);
            }
            rival(claim).ifPresent(rival -> {
                throw MESSAGES.deviceTaken(claim.names(), rival.executionId);
            });
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes an execution in, which has no device yet.
     *
     * @throws RecoverableException if it does not want to wait and another run is there for one of its devices, or if
     *                              there are {@link #MOST_RUNS} already
     */
    public void admit(long executionId, DeviceClaim claim) {
        lock.lock();
        try {
            if (runs.size() >= MOST_RUNS) {
                throw MESSAGES.stoppedAsTooManyRuns(MOST_RUNS);
            }
            rival(claim).ifPresent(rival -> {
                throw MESSAGES.stoppedAsDeviceTaken(claim.names(), rival.executionId);
            });
            runs.put(executionId, new Run(executionId, claim));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the execution has its devices. It keeps them until it leaves.
     *
     * @return false if it has left instead
     * @throws RecoverableException if it does not want to wait and another run has come first, or the server ends
     */
    public boolean await(long executionId) {
        lock.lock();
        try {
            Run run = runs.get(executionId);
            if (run == null) {
                return false;
            }
            run.state = State.WAITING;
            waiting.add(run);
            grant();
            if (run.state == State.WAITING && !run.claim.waits()) {
                remove(run);
                throw MESSAGES.stoppedAsDeviceTaken(run.claim.names(), firstOtherWithDeviceOf(run).executionId);
            }
            awaitGrant(run);
            return run.state == State.HOLDING;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw MESSAGES.queueClosed(executionId);
        } finally {
            lock.unlock();
        }
    }

    /** The execution has ended, or does not want to wait any longer; without effect if it is not here. */
    public void leave(long executionId) {
        lock.lock();
        try {
            Run run = runs.get(executionId);
            if (run != null) {
                remove(run);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Where a waiting execution stands; nothing if it does not wait. */
    public Optional<DevicePlace> find(long executionId) {
        lock.lock();
        try {
            return Optional.ofNullable(runs.get(executionId)).filter(run -> run.state == State.WAITING)
                    .map(this::place);
        } finally {
            lock.unlock();
        }
    }

    /** How many executions wait for their devices. */
    public int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the waiting of all who still do, which they are told by an exception, and lets the others, whom the batch
     * runtime has told to stop, leave: without the application's classes they could not keep what they have done.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            long left = longestEnd.toNanos();
            while (!runs.isEmpty() && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (!runs.isEmpty()) {
                MESSAGES.runsNotEnded(List.copyOf(runs.keySet()), longestEnd.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void awaitGrant(Run run) throws InterruptedException {
        long began = System.nanoTime();
        int told = 0;
        while (run.state == State.WAITING && runs.containsKey(run.executionId)) {
            if (closed) {
                remove(run);
                throw MESSAGES.queueClosed(run.executionId);
            }
            DevicePlace place = place(run);
            if (place.position() != told) {
                told = place.position();
                MESSAGES.waitsForDevice(run.executionId, told, run.claim.names(), place.behind());
            }
            changed.await();
        }
        if (run.state == State.HOLDING && told > 0) {
            MESSAGES.deviceGranted(run.executionId, run.claim.names(), (System.nanoTime() - began) / 1_000_000_000L);
        }
    }

    private void remove(Run run) {
        runs.remove(run.executionId);
        waiting.remove(run);
        grant();
        changed.signalAll();
    }

    /** Gives devices to those whose turn it is. */
    private void grant() {
        Set<ComputeDevice> taken = new HashSet<>();
        runs.values().stream().filter(run -> run.state == State.HOLDING)
                .forEach(run -> taken.addAll(run.claim.devices()));
        for (Run run : List.copyOf(waiting)) {
            if (!run.claim.wantsAnyOf(taken)) {
                run.state = State.HOLDING;
                waiting.remove(run);
                changed.signalAll();
            }
            // what an earlier run waits for is as good as taken
            taken.addAll(run.claim.devices());
        }
    }

    /** Whom a run that does not want to wait would have to wait for. */
    private Optional<Run> rival(DeviceClaim claim) {
        return claim.waits() ? Optional.empty()
                : runs.values().stream().filter(run -> run.claim.wantsAnyOf(claim.devices())).findFirst();
    }

    private Run firstOtherWithDeviceOf(Run run) {
        return runs.values().stream()
                .filter(other -> other.state != State.ADMITTED && run.rivals(other))
                .findFirst().orElseThrow();
    }

    private DevicePlace place(Run run) {
        List<Run> before = waiting.stream().takeWhile(other -> other != run).filter(run::rivals).toList();
        Stream<Run> holders = runs.values().stream().filter(other -> other.state == State.HOLDING && run.rivals(other));
        return new DevicePlace(before.size() + 1, run.claim.devices().stream().map(ComputeDevice::deviceName).toList(),
                Stream.concat(holders, before.stream()).map(other -> other.executionId).toList());
    }
}
