package org.medtune.batch;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.batch.operations.BatchRuntimeException;
import jakarta.batch.operations.JobExecutionNotRunningException;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.operations.NoSuchJobException;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.medtune.ConflictException;
import org.medtune.InvalidInputException;
import org.medtune.NotFoundException;
import org.medtune.access.AuditTrail;
import org.medtune.ops.DeviceClaim;
import org.medtune.ops.DeviceQueue;
import org.medtune.ops.FineTuneRequest;
import org.medtune.ops.MedtuneHome;
import org.medtune.ops.RunKey;

/**
 * Starts, lists, stops and restarts executions of the job {@code fine-tune}: what pages, REST and the demo command have
 * in common. The batch runtime's exceptions come out as ours, each with a sentence.
 */
@Dependent
public final class JobControl {

    /** The id of the job, and the name of its XML. */
    public static final String FINE_TUNE = RunKey.JOB;

    private final MedtuneHome home;
    private final DeviceQueue queue;
    private final AuditTrail audit;

    @Inject
    public JobControl(MedtuneHome home, DeviceQueue queue, AuditTrail audit) {
        this.home = home;
        this.queue = queue;
        this.audit = audit;
    }

    /**
     * Starts a run.
     *
     * @param parameters by the names of {@link org.medtune.ops.FineTuneParameter}; what is missing takes its default
     * @return the execution's id
     * @throws InvalidInputException listing everything in the parameters that has to change
     * @throws ConflictException     if its device is taken and it does not want to wait, or too many wait already
     */
    public long start(Map<String, String> parameters) {
        queue.check(DeviceClaim.of(FineTuneRequest.of(home, parameters)));
        Properties properties = new Properties();
        properties.putAll(parameters);
        try {
            long executionId = operator().start(FINE_TUNE, properties);
            audit.record("start", target(executionId), "done", parameters);
            return executionId;
        } catch (BatchRuntimeException e) {
            throw MESSAGES.jobNotStarted(e.getMessage(), e);
        }
    }

    /** How many runs the job repository knows. */
    public int count() {
        try {
            return operator().getJobInstanceCount(FINE_TUNE);
        } catch (NoSuchJobException e) {
            return 0;
        }
    }

    /**
     * The latest execution of each run, the newest run first.
     *
     * @param offset runs to pass over
     * @param limit  the most to give
     */
    public List<JobExecutionSummary> list(int offset, int limit) {
        try {
            JobOperator operator = operator();
            return operator.getJobInstances(FINE_TUNE, offset, limit).stream()
                    .flatMap(instance -> JobExecutionSummary.of(operator, instance).stream().limit(1)).toList();
        } catch (NoSuchJobException e) {
            // nothing was ever started
            return List.of();
        }
    }

    /**
     * One execution.
     *
     * @throws NotFoundException if there is none of that id
     */
    public JobExecutionSummary find(long executionId) {
        return JobExecutionSummary.find(operator(), executionId)
                .orElseThrow(() -> MESSAGES.noSuchExecution(executionId));
    }

    /**
     * Asks an execution to stop. It does so at its next checkpoint: a normal return does not mean that it has stopped.
     *
     * @throws NotFoundException if there is no such execution
     * @throws ConflictException if it is not running
     */
    public void stop(long executionId) {
        JobExecutionSummary execution = find(executionId);
        try {
            operator().stop(executionId);
            audit.done("stop", target(executionId));
        } catch (JobExecutionNotRunningException e) {
            throw MESSAGES.stopOfEnded(executionId, execution.status().name());
        }
    }

    /**
     * Lets a run go on from its last checkpoint, with the same parameters.
     *
     * @return the new execution's id
     * @throws InvalidInputException if what a run was started with does not work any more
     * @throws NotFoundException if there is no such execution
     * @throws ConflictException if it is running or complete, is not the run's latest, or must not wait for a device
     *                           that is taken
     */
    public long restart(long executionId) {
        JobExecutionSummary execution = find(executionId);
        if (!execution.latest()) {
            throw MESSAGES.restartOfEarlier(executionId);
        }
        if (!execution.restartable()) {
            throw execution.running() ? MESSAGES.restartOfRunning(executionId)
                    : MESSAGES.restartOfEnded(executionId, execution.status().name());
        }
        if (execution.job().equals(FINE_TUNE)) {
            queue.check(DeviceClaim.of(FineTuneRequest.of(home, execution.parameters())));
        }
        try {
            long newExecutionId = operator().restart(executionId, new Properties());
            audit.record("restart", target(executionId), "done",
                    Map.of("execution", Long.toString(newExecutionId)));
            return newExecutionId;
        } catch (BatchRuntimeException e) {
            throw MESSAGES.jobNotStarted(e.getMessage(), e);
        }
    }

    private static String target(long executionId) {
        return "execution " + executionId;
    }

    private static JobOperator operator() {
        return BatchRuntime.getJobOperator();
    }
}
