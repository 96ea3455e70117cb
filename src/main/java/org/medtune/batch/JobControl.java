package org.medtune.batch;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.batch.operations.BatchRuntimeException;
import jakarta.batch.operations.JobExecutionNotRunningException;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.operations.NoSuchJobExecutionException;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.BatchStatus;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.medtune.ConflictException;
import org.medtune.InvalidInputException;
import org.medtune.NotFoundException;
import org.medtune.RecoverableException;
import org.medtune.ops.AdapterPublication;
import org.medtune.ops.DeviceClaim;
import org.medtune.ops.DeviceQueue;
import org.medtune.ops.FineTuneRequest;
import org.medtune.ops.MedtuneHome;
import org.medtune.ops.RunFolder;
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
    private final AskedExecutions asked;
    private final JobStarts starts;

    @Inject
    public JobControl(MedtuneHome home, DeviceQueue queue, AskedExecutions asked) {
        this.home = home;
        this.queue = queue;
        this.asked = asked;
        this.starts = new JobStarts(FINE_TUNE, asked);
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
        return starts.start(parameters);
    }

    /** How many runs the job repository knows. */
    public int count() {
        return starts.count();
    }

    /**
     * The latest execution of each run, the newest run first.
     *
     * @param offset runs to pass over
     * @param limit  the most to give
     */
    public List<JobExecutionSummary> list(int offset, int limit) {
        return starts.list(offset, limit);
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
     * One execution, which must be of the job {@code fine-tune}.
     *
     * @throws NotFoundException if there is none of that id
     * @throws ConflictException if it is another job's
     */
    public JobExecutionSummary findRun(long executionId) {
        JobExecutionSummary execution = find(executionId);
        if (!execution.job().equals(FINE_TUNE)) {
            throw MESSAGES.notAFineTune(executionId, execution.job());
        }
        return execution;
    }

    /**
     * All executions of a run, the newest first.
     *
     * @throws NotFoundException if there is no such execution
     */
    public List<JobExecutionSummary> executions(long executionId) {
        try {
            JobOperator operator = operator();
            return JobExecutionSummary.of(operator, operator.getJobInstance(executionId));
        } catch (NoSuchJobExecutionException e) {
            throw MESSAGES.noSuchExecution(executionId);
        }
    }

    /**
     * Asks an execution to stop. It does so after the optimizer step, the row or the token that it is at, with a
     * checkpoint: a normal return does not mean that it has stopped. One that is stopping or STOPPED already is left as
     * it is, so that the request can be sent again.
     *
     * @throws NotFoundException if there is no such execution
     * @throws ConflictException if it has ended otherwise
     */
    public void stop(long executionId) {
        JobExecutionSummary execution = find(executionId);
        if (execution.status() == BatchStatus.STOPPED) {
            return;
        }
        try {
            asked.stop(executionId, () -> operator().stop(executionId));
        } catch (JobExecutionNotRunningException e) {
            BatchStatus status = find(executionId).status();
            if (status != BatchStatus.STOPPED) {
                throw MESSAGES.stopOfEnded(executionId, status.name());
            }
        }
    }

    /**
     * Publishes a checkpoint of a run.
     *
     * @param name a value of {@code adapter.name}; empty for the name that the run itself would give
     * @param step of the checkpoint; null for the newest intact one
     * @throws NotFoundException     if there is no such execution, or no such checkpoint
     * @throws InvalidInputException if the name cannot be one
     * @throws ConflictException     if the run is at work, the checkpoint is damaged, or the name is another adapter's
     */
    public AdapterPublication.Published publish(long executionId, String name, Integer step) {
        JobExecutionSummary execution = findRun(executionId);
        if (executions(executionId).get(0).running()) {
            throw MESSAGES.publicationOfRunning(executionId);
        }
        RunFolder folder = RunFolder.find(home, execution.run())
                .orElseThrow(() -> MESSAGES.noIntactCheckpoint(executionId));
        return new AdapterPublication(home).publish(folder, execution.run(), executionId, name, step);
    }

    /** {@link #restart(long, Map)} with the parameters that it had. */
    public long restart(long executionId) {
        return restart(executionId, Map.of());
    }

    /**
     * Lets a run go on from its last checkpoint. Where that was asked for before, with nothing to change, and the run
     * has not ended since, the execution of that time is the answer: so the request can be sent again.
     *
     * @param changed parameters that get another value than before; the others keep theirs
     * @return the new execution's id
     * @throws NotFoundException if there is no such execution
     * @throws ConflictException if it is running or complete, is not the run's latest, or must not wait for a device
     *                           that is taken
     * @throws InvalidInputException listing every parameter that cannot have its value, or may not change any more
     * @throws RecoverableException if files that the run needs have to be put back first
     */
    public long restart(long executionId, Map<String, String> changed) {
        JobExecutionSummary execution = find(executionId);
        if (!execution.latest()) {
            List<JobExecutionSummary> executions = executions(executionId);
            if (changed.isEmpty() && executions.get(0).running() && executions.get(1).executionId() == executionId) {
                return executions.get(0).executionId();
            }
            throw MESSAGES.restartOfEarlier(executionId);
        }
        if (!execution.restartable()) {
            throw execution.running() ? MESSAGES.restartOfRunning(executionId)
                    : MESSAGES.restartOfEnded(executionId, execution.status().name());
        }
        if (execution.job().equals(FINE_TUNE)) {
            Map<String, String> parameters = new TreeMap<>(execution.parameters());
            parameters.putAll(changed);
            queue.check(DeviceClaim.of(requestOf(execution.run(), parameters)));
        }
        Properties properties = new Properties();
        properties.putAll(changed);
        try {
            return asked.restart(executionId, execution.job(), changed,
                    () -> operator().restart(executionId, properties), JobStarts::stop);
        } catch (BatchRuntimeException e) {
            throw MESSAGES.jobNotStarted(e.getMessage(), e);
        }
    }

    private FineTuneRequest requestOf(RunKey run, Map<String, String> parameters) {
        Optional<RunFolder> folder = RunFolder.find(home, run);
        if (folder.isEmpty()) {
            return FineTuneRequest.of(home, parameters);
        }
        FineTuneRequest request = FineTuneRequest.ofRun(home, parameters, folder.get());
        folder.get().checkContents(request);
        return request;
    }

    private static JobOperator operator() {
        return BatchRuntime.getJobOperator();
    }
}
