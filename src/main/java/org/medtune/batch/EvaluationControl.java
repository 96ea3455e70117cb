package org.medtune.batch;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.batch.operations.BatchRuntimeException;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.operations.NoSuchJobException;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Properties;
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
    private final AskedExecutions asked;

    @Inject
    public EvaluationControl(MedtuneHome home, DeviceQueue queue, AskedExecutions asked) {
        this.home = home;
        this.queue = queue;
        this.asked = asked;
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
        Properties properties = new Properties();
        properties.putAll(parameters);
        try {
            return asked.start(EvaluationRequest.JOB, parameters,
                    () -> operator().start(EvaluationRequest.JOB, properties));
        } catch (BatchRuntimeException e) {
            throw MESSAGES.jobNotStarted(e.getMessage(), e);
        }
    }

    /** How many there are. */
    public int count() {
        try {
            return operator().getJobInstanceCount(EvaluationRequest.JOB);
        } catch (NoSuchJobException e) {
            return 0;
        }
    }

    /**
     * The latest execution of each evaluation, the newest first.
     *
     * @param offset evaluations to pass over
     * @param limit  the most to give
     */
    public List<JobExecutionSummary> list(int offset, int limit) {
        try {
            JobOperator operator = operator();
            return operator.getJobInstances(EvaluationRequest.JOB, offset, limit).stream()
                    .flatMap(instance -> JobExecutionSummary.of(operator, instance).stream().limit(1)).toList();
        } catch (NoSuchJobException e) {
            // nothing was ever started
            return List.of();
        }
    }

    /**
     * One execution.
     *
     * @throws NotFoundException if there is none of that id, or it is another job's
     */
    public JobExecutionSummary find(long executionId) {
        return JobExecutionSummary.find(operator(), executionId)
                .filter(execution -> execution.job().equals(EvaluationRequest.JOB))
                .orElseThrow(() -> MESSAGES.noSuchEvaluation(executionId));
    }

    /** Where its results are. */
    public EvaluationFolder folder(JobExecutionSummary execution) {
        return home.evaluation(execution.run());
    }

    private static JobOperator operator() {
        return BatchRuntime.getJobOperator();
    }
}
