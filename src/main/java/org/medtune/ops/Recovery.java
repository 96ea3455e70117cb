package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import org.medtune.training.CheckpointStore;

/**
 * Finds executions that a dead server has left as if they were running, and makes them STOPPED, which is what the
 * console can restart, with an exit status that says what happened and what is left. Never one whose server lives,
 * unless it is this server and knows that the execution has ended, without the database to record it. Used by
 * one thread at a time.
 */
public final class Recovery {

    /** How the exit status of a recovered execution begins. */
    public static final String INTERRUPTED = "interrupted: ";

    private final ExecutionLeases leases;
    private final MedtuneHome home;
    private final long patienceNanos;
    private final LongSupplier nanoTime;
    private final Map<Long, Long> firstSeenWithoutLease = new HashMap<>();
    private final Map<Long, Long> firstSeenEnded = new HashMap<>();

    /**
     * Recovery by one server.
     *
     * @param settings say how long an execution may be without a lease, or without its end on record, as every one is
     *                 for a moment
     */
    public Recovery(ExecutionLeases leases, MedtuneHome home, RecoverySettings settings) {
        this(leases, home, settings, System::nanoTime);
    }

    Recovery(ExecutionLeases leases, MedtuneHome home, RecoverySettings settings, LongSupplier nanoTime) {
        this.leases = leases;
        this.home = home;
        this.patienceNanos = settings.expiry().toNanos();
        this.nanoTime = nanoTime;
    }

    /**
     * An execution that was recovered.
     *
     * @param executionId   now STOPPED
     * @param job           the id of its job
     * @param interruptions how many executions of its run have ended with their server, this one included
     */
    public record Recovered(long executionId, String job, int interruptions) {
    }

    /** What this process itself knows of its executions, whatever the job repository says. */
    public interface OwnExecutions {

        /** Whether this process has started it. */
        boolean started(long executionId);

        /** Whether this process has started it and it has ended. */
        boolean ended(long executionId);

        /** What the job repository says of it now. */
        void markStopped(long executionId, String exitStatus);
    }

    /**
     * Looks for the first time, before this process has started anything. Where no other server lives, what has no lease
     * is a dead one's.
     *
     * @return what was recovered
     * @throws org.medtune.RecoverableException if the database fails
     */
    public List<Recovered> recoverAtBoot(OwnExecutions own) {
        List<ActiveExecution> active = leases.active();
        // in this order: whoever has started one of them had said before that it lives
        return recover(own, active, !leases.othersLive());
    }

    /**
     * Looks once more. Takes the lease of executions of this process that have none yet.
     *
     * @return what was recovered
     * @throws org.medtune.RecoverableException if the database fails
     */
    public List<Recovered> recover(OwnExecutions own) {
        return recover(own, leases.active(), false);
    }

    private List<Recovered> recover(OwnExecutions own, List<ActiveExecution> active, boolean alone) {
        List<Long> ids = active.stream().map(ActiveExecution::executionId).toList();
        firstSeenWithoutLease.keySet().retainAll(ids);
        firstSeenEnded.keySet().retainAll(ids);
        List<Recovered> recovered = new ArrayList<>();
        for (ActiveExecution execution : active) {
            long id = execution.executionId();
            if (execution.owner() == null && own.started(id)) {
                leases.claim(id);
            } else if (leases.ownedHere(execution)) {
                if (own.ended(id) && forLong(firstSeenEnded, id)) {
                    leases.giveUp(id);
                    stop(execution, MESSAGES.endNotRecorded(checkpointOf(execution))).ifPresent(stopped -> {
                        own.markStopped(id, stopped);
                        recovered.add(new Recovered(id, execution.job(), execution.interruptions() + 1));
                    });
                }
            } else if (leases.ownerIsDead(execution)
                    || execution.owner() == null && (alone || forLong(firstSeenWithoutLease, id))) {
                stop(execution, whatIsLeft(execution)).ifPresent(stopped ->
                        recovered.add(new Recovered(id, execution.job(), execution.interruptions() + 1)));
            }
        }
        return recovered;
    }

    /** The exit status, if it was this server that stopped it. */
    private Optional<String> stop(ActiveExecution execution, String sentence) {
        String exitStatus = INTERRUPTED + sentence;
        if (!leases.end(execution, exitStatus)) {
            return Optional.empty();
        }
        MESSAGES.executionRecovered(execution.executionId(), execution.job(), exitStatus);
        return Optional.of(exitStatus);
    }

    private boolean forLong(Map<Long, Long> firstSeen, long executionId) {
        long now = nanoTime.getAsLong();
        return now - firstSeen.computeIfAbsent(executionId, id -> now) > patienceNanos;
    }

    private String whatIsLeft(ActiveExecution execution) {
        if (execution.step() == null) {
            return MESSAGES.serverEndedBeforeTheFirstStep();
        }
        Optional<RunFolder> folder = folder(execution);
        if (folder.isEmpty()) {
            return MESSAGES.serverEndedInStep(execution.step());
        }
        Optional<StepMetrics> last = folder.get().metrics().last();
        return execution.step().equals("train") && last.isPresent()
                ? MESSAGES.serverEndedAtStep(last.get().step(), checkpointOf(execution))
                : MESSAGES.serverEndedInStepWithCheckpoint(execution.step(), checkpointOf(execution));
    }

    private String checkpointOf(ActiveExecution execution) {
        OptionalInt checkpoint = folder(execution)
                .map(folder -> CheckpointStore.newestIntactStep(folder.checkpoints())).orElse(OptionalInt.empty());
        return checkpoint.isPresent() ? MESSAGES.checkpointIsIntact(checkpoint.getAsInt())
                : MESSAGES.noCheckpointYet();
    }

    private Optional<RunFolder> folder(ActiveExecution execution) {
        return execution.job().equals(RunKey.JOB) ? RunFolder.find(home, execution.run()) : Optional.empty();
    }
}
