package org.medtune.batch;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.batch.api.listener.AbstractJobListener;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.medtune.RecoverableException;

/**
 * Has the audit log tell how each execution ends, and of those that the application was not asked for also that they
 * begin. An execution goes on where the log cannot be written, as a full disk is what a run itself has to end well
 * with.
 */
@Named
@Dependent
public final class ExecutionAuditListener extends AbstractJobListener {

    @Inject
    private JobContext job;

    @Inject
    private AskedExecutions asked;

    @Override
    public void beforeJob() {
        JobOperator operator = BatchRuntime.getJobOperator();
        long id = job.getExecutionId();
        JobExecution execution = operator.getJobExecution(id);
        boolean again = operator.getJobExecutions(operator.getJobInstance(id)).size() > 1;
        record(() -> asked.begins(id, job.getJobName(), parameters(execution.getJobParameters()), again));
    }

    @Override
    public void afterJob() {
        BatchStatus status = job.getBatchStatus();
        boolean stopped = status == BatchStatus.STOPPING || status == BatchStatus.STOPPED;
        // what is still running has no reason not to be complete: JBeret says so only after its listeners
        String outcome = stopped ? BatchStatus.STOPPED.name()
                : status == BatchStatus.STARTED ? BatchStatus.COMPLETED.name() : status.name();
        String exitStatus = job.getExitStatus();
        // JBeret makes one of the batch status where the job has set none
        String reason = exitStatus == null || exitStatus.equals(status.name()) ? "" : exitStatus;
        record(() -> asked.ends(job.getExecutionId(), job.getJobName(), outcome, reason, stopped));
    }

    private void record(Runnable recording) {
        try {
            recording.run();
        } catch (RecoverableException e) {
            MESSAGES.executionNotAudited(job.getExecutionId(), e.getMessage(), e.getCause());
        }
    }

    private static Map<String, String> parameters(Properties properties) {
        Map<String, String> parameters = new TreeMap<>();
        if (properties != null) {
            properties.stringPropertyNames().forEach(name -> parameters.put(name, properties.getProperty(name)));
        }
        return parameters;
    }
}
