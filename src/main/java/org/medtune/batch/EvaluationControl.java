package org.medtune.batch;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.medtune.InvalidInputException;
import org.medtune.NotFoundException;
import org.medtune.ops.DeviceQueue;
import org.medtune.ops.EvaluationFolder;
import org.medtune.ops.EvaluationRequest;
import org.medtune.ops.MedtuneHome;

/** Starts and lists executions of the job {@code evaluate}; {@link JobControl} stops and restarts them. */
@Dependent
public final class EvaluationControl {

    private final MedtuneHome home;
    private final DeviceQueue queue;
    private final JobStarts starts;

    @Inject
    public EvaluationControl(MedtuneHome home, DeviceQueue queue, AskedExecutions asked) {
        this.home = home;
        this.queue = queue;
        this.starts = new JobStarts(EvaluationRequest.JOB, asked);
    }

    /**
     * Starts an evaluation.
     *
     * @param parameters those of {@link EvaluationRequest#PARAMETERS}; what is missing takes its default
     * @return the execution's id
     * @throws InvalidInputException listing everything in the parameters that has to change
     * @throws org.medtune.ConflictException if its device is taken and it does not want to wait
     */
    public long start(Map<String, String> parameters) {
        queue.check(EvaluationRequest.of(home, parameters).claim());
        return starts.start(parameters);
    }

    /** How many there are. */
    public int count() {
        return starts.count();
    }

    /**
     * The latest execution of each evaluation, the newest first.
     *
     * @param offset evaluations to pass over
     * @param limit  the most to give
     */
    public List<JobExecutionSummary> list(int offset, int limit) {
        return starts.list(offset, limit);
    }

    /**
     * One execution.
     *
     * @throws NotFoundException if there is none of that id, or it is another job's
     */
    public JobExecutionSummary find(long executionId) {
        return starts.find(executionId).orElseThrow(() -> MESSAGES.noSuchEvaluation(executionId));
    }

    /** Where its results are. */
    public EvaluationFolder folder(JobExecutionSummary execution) {
        return home.evaluation(execution.run());
    }
}
