package org.medtune.batch;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import java.util.Optional;
import org.medtune.MedtuneException;
import org.medtune.RecoverableException;
import org.medtune.StoppedException;
import org.medtune.ops.ExecutionLeases;
import org.medtune.ops.FailureClasses;

/**
 * How an artifact of a job tells that it cannot go on.
 * <ul>
 *   <li>What an operator can mend ({@link RecoverableException}) ends the execution STOPPED, since that is what the
 *       console can restart.</li>
 *   <li>What no restart can mend ends it FAILED.</li>
 * </ul>
 * Either way the execution's exit status is the sentence, and a stack trace stands in the log only where the sentence
 * does not say everything.
 */
@Dependent
public final class StepFailures {

    /** The width of the exit status' column in the job repository. */
    static final int LONGEST_EXIT_STATUS = 512;

    private final JobContext job;
    private final ExecutionLeases leases;

    @Inject
    public StepFailures(JobContext job, ExecutionLeases leases) {
        this.job = job;
        this.leases = leases;
    }

    /** The work of a batchlet, or of one call of a chunk's artifact. */
    @FunctionalInterface
    public interface Work<T> {
        T run() throws Exception;
    }

    /**
     * Does the work.
     *
     * @return its result, or null if it met a {@link RecoverableException} or was asked to stop; the execution stops
     *         then, and the caller returns at once
     * @throws StepFailedException if it cannot go on; the batch runtime makes the execution FAILED of it
     */
    public <T> T run(Work<T> work) {
        try {
            // nothing is written for a run that another server may have taken over
            leases.requireHeld(job.getExecutionId());
            return work.run();
        } catch (StoppedException e) {
            // whoever asked has told the batch runtime already
            return null;
        } catch (MedtuneException e) {
            return end(e);
        } catch (Exception | LinkageError | VirtualMachineError e) {
            Optional<MedtuneException> known = FailureClasses.explain(e);
            if (known.isPresent()) {
                return end(known.get());
            }
            String sentence = MESSAGES.unexpectedFailure(job.getExecutionId());
            job.setExitStatus(exitStatus(sentence));
            MESSAGES.executionFails(job.getExecutionId(), sentence, e);
            throw new StepFailedException(sentence);
        }
    }

    private <T> T end(MedtuneException thrown) {
        job.setExitStatus(exitStatus(thrown.getMessage()));
        if (thrown instanceof RecoverableException) {
            MESSAGES.executionStopsItself(job.getExecutionId(), thrown.getMessage(), thrown.getCause());
            BatchRuntime.getJobOperator().stop(job.getExecutionId());
            return null;
        }
        MESSAGES.executionFails(job.getExecutionId(), thrown.getMessage(), thrown.getCause());
        throw new StepFailedException(thrown.getMessage());
    }

    static String exitStatus(String sentence) {
        return sentence.length() <= LONGEST_EXIT_STATUS ? sentence
                : sentence.substring(0, LONGEST_EXIT_STATUS - 1) + "…";
    }

    /** What the batch runtime is told. It has no stack trace, since the runtime would log it again. */
    public static final class StepFailedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        StepFailedException(String sentence) {
            super(sentence, null, false, false);
        }
    }
}
