package org.medtune.batch;

import jakarta.batch.operations.NoSuchJobException;
import jakarta.batch.operations.NoSuchJobExecutionException;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import java.util.Optional;
import org.jberet.runtime.JobExecutionImpl;
import org.medtune.ops.Recovery;

/**
 * What JBeret has in memory of the executions that it has started in this process. It keeps the definition of the job
 * with those, and with no others; {@code JobOperator.restart} tells them apart in the same way.
 */
final class OwnJobExecutions implements Recovery.OwnExecutions {

    @Override
    public boolean started(long executionId) {
        return find(executionId).isPresent();
    }

    @Override
    public boolean ended(long executionId) {
        return find(executionId).map(JobExecution::getBatchStatus)
                .filter(status -> status == BatchStatus.COMPLETED || status == BatchStatus.FAILED
                        || status == BatchStatus.STOPPED || status == BatchStatus.ABANDONED)
                .isPresent();
    }

    @Override
    public void markStopped(long executionId, String exitStatus) {
        find(executionId).ifPresent(execution -> {
            execution.setBatchStatus(BatchStatus.STOPPED);
            execution.setExitStatus(exitStatus);
        });
    }

    private static Optional<JobExecutionImpl> find(long executionId) {
        try {
            return BatchRuntime.getJobOperator().getJobExecution(executionId) instanceof JobExecutionImpl execution
                    && execution.getJobInstance().getUnsubstitutedJob() != null ? Optional.of(execution)
                    : Optional.empty();
        } catch (NoSuchJobException | NoSuchJobExecutionException e) {
            // a job of another version of the application, or an execution that was purged a moment ago: not this
            // process's, and no reason not to recover the others
            return Optional.empty();
        }
    }
}
