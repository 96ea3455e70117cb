package org.medtune.batch;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.annotation.Resource;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.operations.NoSuchJobExecutionException;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import javax.sql.DataSource;
import org.medtune.ConflictException;
import org.medtune.NotFoundException;
import org.medtune.RecoverableException;
import org.medtune.ops.MedtuneHome;
import org.medtune.ops.PurgeReport;
import org.medtune.ops.RecordedRun;
import org.medtune.ops.RunRemoval;

/** Deletes single runs of any job, as the job {@code purge} deletes many. */
@Dependent
public final class RunDeletion {

    @Inject
    private MedtuneHome home;

    @Resource(lookup = "java:jboss/datasources/BatchDS")
    private DataSource database;

    /**
     * Deletes the run of an execution, with all of its executions and files, or only tells what would go.
     *
     * @throws NotFoundException    if there is no such execution
     * @throws ConflictException    if the run is at work, or a published adapter has its files by links
     * @throws RecoverableException if the job repository or the file system refuses
     */
    public PurgeReport.Run delete(long executionId, boolean dryRun) {
        JobOperator operator = BatchRuntime.getJobOperator();
        RecordedRun run;
        try {
            run = JobRepositoryRecords.recorded(operator, operator.getJobInstance(executionId)).orElseThrow();
        } catch (NoSuchJobExecutionException e) {
            throw MESSAGES.noSuchExecution(executionId);
        }
        return new RunRemoval(home, JobRepositoryRecords.ofRuntime(database)).delete(run, executionId, dryRun);
    }
}
