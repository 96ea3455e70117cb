package org.medtune.batch;

import jakarta.batch.operations.JobOperator;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import java.util.Map;
import org.medtune.InvalidInputException;
import org.medtune.RecoverableException;
import org.medtune.StopSignal;
import org.medtune.ops.FineTuneRequest;
import org.medtune.ops.MedtuneHome;
import org.medtune.ops.RunFolder;
import org.medtune.ops.RunKey;
import org.medtune.ops.RunProgress;
import org.medtune.ops.RunProgressBoard;
import org.medtune.ops.StepMetrics;

/** The run that an artifact of the job works for. */
@Dependent
public final class RunContext {

    private final JobContext job;
    private final JobExecutionSummary execution;
    private final MedtuneHome home;
    private final RunProgressBoard board;

    @Inject
    public RunContext(JobContext job, MedtuneHome home, RunProgressBoard board) {
        this.job = job;
        JobOperator operator = BatchRuntime.getJobOperator();
        this.execution = JobExecutionSummary.find(operator, job.getExecutionId()).orElseThrow();
        this.home = home;
        this.board = board;
    }

    /** The run of this execution. */
    public RunKey run() {
        return execution.run();
    }

    /** The names and texts that the operator gave. */
    public Map<String, String> parameters() {
        return execution.parameters();
    }

    /**
     * The checked parameters and files.
     *
     * @throws InvalidInputException listing everything that has to change
     * @throws RecoverableException  if it is only files that have to be put back, or permissions
     */
    public FineTuneRequest request() {
        return RunFolder.find(home, run()).map(folder -> FineTuneRequest.ofRun(home, parameters(), folder))
                .orElseGet(() -> FineTuneRequest.of(home, parameters()));
    }

    /** Asks for a stop once an operator has, or the server, or a failure of this execution. */
    public StopSignal stop() {
        return () -> job.getBatchStatus() == BatchStatus.STOPPING;
    }

    /** Makes the run's folder, or finds it again. */
    public RunFolder prepareFolder() {
        return RunFolder.prepare(home, run(), parameters());
    }

    /** The run's folder, which the job's first step has made. */
    public RunFolder folder() {
        return RunFolder.find(home, run()).orElseThrow();
    }

    /** The metrics of the latest step; null before the first, and in a job that trains nothing. */
    public StepMetrics latestStep() {
        return RunFolder.find(home, run()).flatMap(found -> found.metrics().last()).orElse(null);
    }

    /** Shows how far the run has come. */
    public void show(RunProgress progress) {
        board.show(run().instanceId(), progress);
    }

    /** Ends the showing. */
    public void end() {
        board.remove(run().instanceId());
    }
}
