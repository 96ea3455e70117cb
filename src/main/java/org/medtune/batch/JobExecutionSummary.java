package org.medtune.batch;

import jakarta.batch.operations.JobOperator;
import jakarta.batch.operations.NoSuchJobExecutionException;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.batch.runtime.JobInstance;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.medtune.ops.RunKey;

/**
 * One execution of a job, as the job repository tells it.
 *
 * @param executionId  of this execution
 * @param job          the id of the job
 * @param run          the run that it belongs to
 * @param status       of the whole job
 * @param exitStatus   the status' name, or the sentence of what went wrong
 * @param created      when it was asked for
 * @param ended        null while it runs
 * @param parameters   what the operator gave
 * @param latest       whether it is the newest execution of its run
 */
public record JobExecutionSummary(long executionId, String job, RunKey run, BatchStatus status, String exitStatus,
                                  Instant created, Instant ended, Map<String, String> parameters,
                                  boolean latest) {

    /** JBeret keeps its own notes among a job's parameters under names that begin so. */
    private static final String INTERNAL_PREFIX = "jberet.";

    /** The executions of one run, the newest first. */
    static List<JobExecutionSummary> of(JobOperator operator, JobInstance instance) {
        List<JobExecution> newestFirst = operator.getJobExecutions(instance).stream()
                .sorted((one, other) -> Long.compare(other.getExecutionId(), one.getExecutionId())).toList();
        if (newestFirst.isEmpty()) {
            return List.of();
        }
        JobExecution newest = newestFirst.get(0);
        JobExecution first = newestFirst.get(newestFirst.size() - 1);
        RunKey run = new RunKey(instance.getInstanceId(), first.getCreateTime().toInstant());
        return newestFirst.stream().map(execution -> of(run, execution, execution == newest)).toList();
    }

    /** The execution of that id, or nothing. */
    static Optional<JobExecutionSummary> find(JobOperator operator, long executionId) {
        try {
            return of(operator, operator.getJobInstance(executionId)).stream()
                    .filter(execution -> execution.executionId() == executionId).findFirst();
        } catch (NoSuchJobExecutionException e) {
            return Optional.empty();
        }
    }

    private static JobExecutionSummary of(RunKey run, JobExecution execution, boolean latest) {
        Instant created = execution.getCreateTime().toInstant();
        BatchStatus status = execution.getBatchStatus();
        Date ended = execution.getEndTime();
        return new JobExecutionSummary(execution.getExecutionId(), execution.getJobName(), run, status,
                execution.getExitStatus(), created, ended == null || isActive(status) ? null : ended.toInstant(),
                given(execution.getJobParameters()), latest);
    }

    /** Whether it is running, on this server or on another one. */
    public boolean running() {
        return isActive(status);
    }

    /** Whether a stop can be asked for. */
    public boolean stoppable() {
        return running() && status != BatchStatus.STOPPING;
    }

    /** Whether the run can go on from here. */
    public boolean restartable() {
        return latest && (status == BatchStatus.STOPPED || status == BatchStatus.FAILED);
    }

    private static boolean isActive(BatchStatus status) {
        return status == BatchStatus.STARTING || status == BatchStatus.STARTED || status == BatchStatus.STOPPING;
    }

    private static Map<String, String> given(Properties parameters) {
        Map<String, String> given = new TreeMap<>();
        if (parameters != null) {
            parameters.stringPropertyNames().stream().filter(name -> !name.startsWith(INTERNAL_PREFIX))
                    .forEach(name -> given.put(name, parameters.getProperty(name)));
        }
        return given;
    }
}
