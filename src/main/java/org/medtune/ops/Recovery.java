package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.medtune.training.CheckpointStore;

/**
 * Finds executions that a dead server has left as if they were running, and makes them STOPPED, which is what the console
 * can restart, with an exit status that says what happened and what is left. Never one whose server lives. Used by one
 * thread at a time.
 */
public final class Recovery {

    /** How the exit status of a recovered execution begins. */
    public static final String INTERRUPTED = "interrupted: ";

    private final ExecutionLeases leases;
    private final MedtuneHome home;
    private final long patienceNanos;
    private final LongSupplier nanoTime;
    private final Map<Long, Long> firstSeenWithoutLease = new HashMap<>();

    /**
     * Recovery by one server.
     *
     * @param settings say how long an execution may be without a lease, as a new one is for a moment
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

    /**
     * Looks once.
     *
     * @param startedHere whether this process has started an execution; it takes the lease of one that has none yet
     * @return what was recovered
     * @throws org.medtune.RecoverableException if the database fails
     */
    public List<Recovered> recover(LongPredicate startedHere) {
        List<ActiveExecution> active = leases.active();
        firstSeenWithoutLease.keySet().retainAll(active.stream().map(ActiveExecution::executionId).toList());
        List<Recovered> recovered = new ArrayList<>();
        for (ActiveExecution execution : active) {
            if (execution.owner() == null && startedHere.test(execution.executionId())) {
                leases.claim(execution.executionId());
            } else if (leases.ownerIsDead(execution) || withoutLeaseForLong(execution)) {
                String exitStatus = INTERRUPTED + whatIsLeft(execution);
                if (leases.end(execution, exitStatus)) {
                    MESSAGES.executionRecovered(execution.executionId(), execution.job(), exitStatus);
                    recovered.add(new Recovered(execution.executionId(), execution.job(),
                            execution.interruptions() + 1));
                }
            }
        }
        return recovered;
    }

    private boolean withoutLeaseForLong(ActiveExecution execution) {
        if (execution.owner() != null) {
            firstSeenWithoutLease.remove(execution.executionId());
            return false;
        }
        long now = nanoTime.getAsLong();
        return now - firstSeenWithoutLease.computeIfAbsent(execution.executionId(), id -> now) > patienceNanos;
    }

    private String whatIsLeft(ActiveExecution execution) {
        if (execution.step() == null) {
            return MESSAGES.serverEndedBeforeTheFirstStep();
        }
        Optional<RunFolder> folder = execution.job().equals(RunKey.JOB)
                ? RunFolder.find(home, execution.run()) : Optional.empty();
        if (folder.isEmpty()) {
            return MESSAGES.serverEndedInStep(execution.step());
        }
        OptionalInt checkpoint = CheckpointStore.newestIntactStep(folder.get().checkpoints());
        String rest = checkpoint.isPresent() ? MESSAGES.checkpointIsIntact(checkpoint.getAsInt())
                : MESSAGES.noCheckpointYet();
        Optional<StepMetrics> last = folder.get().metrics().last();
        return execution.step().equals("train") && last.isPresent()
                ? MESSAGES.serverEndedAtStep(last.get().step(), rest)
                : MESSAGES.serverEndedInStepWithCheckpoint(execution.step(), rest);
    }
}
