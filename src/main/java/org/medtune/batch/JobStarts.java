package org.medtune.batch;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.batch.operations.BatchRuntimeException;
import jakarta.batch.operations.JobExecutionNotRunningException;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.operations.NoSuchJobException;
import jakarta.batch.runtime.BatchRuntime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * What somebody has started of one job: the batch runtime's records of it, and a further start.
 *
 * @param job   the id of the job, and the name of its XML
 * @param asked records who starts it
 */
record JobStarts(String job, AskedExecutions asked) {

    /**
     * Starts an execution.
     *
     * @param parameters that have been checked
     * @return its id
     * @throws org.medtune.RecoverableException if the audit log cannot take it; what has begun already is stopped
     */
    long start(Map<String, String> parameters) {
        Properties properties = new Properties();
        properties.putAll(parameters);
        try {
            return asked.start(job, parameters, () -> operator().start(job, properties), JobStarts::stop);
        } catch (BatchRuntimeException e) {
            throw MESSAGES.jobNotStarted(e.getMessage(), e);
        }
    }

    /** How many the job repository knows, executions that go on from another one not counted. */
    int count() {
        try {
            return operator().getJobInstanceCount(job);
        } catch (NoSuchJobException e) {
            // nothing was ever started
            return 0;
        }
    }

    /**
     * The latest execution of each, the newest first.
     *
     * @param offset those to pass over
     * @param limit  the most to give
     */
    List<JobExecutionSummary> list(int offset, int limit) {
        JobOperator operator = operator();
        try {
            return operator.getJobInstances(job, offset, limit).stream()
                    .flatMap(instance -> JobExecutionSummary.of(operator, instance).stream().limit(1)).toList();
        } catch (NoSuchJobException e) {
            // nothing was ever started
            return List.of();
        }
    }

    /** The execution of that id; nothing if there is none, or if it is another job's. */
    Optional<JobExecutionSummary> find(long executionId) {
        return JobExecutionSummary.find(operator(), executionId).filter(execution -> execution.job().equals(job));
    }

    /** Asks an execution to stop that may have ended meanwhile. */
    static void stop(long executionId) {
        try {
            operator().stop(executionId);
        } catch (JobExecutionNotRunningException e) {
            // it was faster
        }
    }

    private static JobOperator operator() {
        return BatchRuntime.getJobOperator();
    }
}
