package org.medtune.ops;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** The progress of the runs that this server is executing: written by the job's thread, read by every page. */
public final class RunProgressBoard {

    private final Map<Long, RunProgress> byInstance = new ConcurrentHashMap<>();
    private final LongAdder tokens = new LongAdder();

    /** Replaces what was known about the run. */
    public void show(long instanceId, RunProgress progress) {
        RunProgress before = byInstance.put(instanceId, progress);
        if (before != null && progress.step() != null
                && (before.step() == null || before.step().step() < progress.step().step())) {
            tokens.add(progress.step().tokens());
        }
    }

    /** Tokens that runs were trained on since this server started. */
    public long trainedTokens() {
        return tokens.sum();
    }

    /** The run has ended; what lasts of it is in its folder. */
    public void remove(long instanceId) {
        byInstance.remove(instanceId);
    }

    /** The progress of all runs that this server is executing, by the runs' instance ids. */
    public Map<Long, RunProgress> all() {
        return Map.copyOf(byInstance);
    }

    /** The run's progress, or nothing if this server is not executing it. */
    public Optional<RunProgress> find(long instanceId) {
        return Optional.ofNullable(byInstance.get(instanceId));
    }
}
