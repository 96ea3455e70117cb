package org.medtune.batch;

import jakarta.batch.runtime.JobExecution;
import jakarta.batch.runtime.context.JobContext;
import jakarta.batch.runtime.context.StepContext;
import java.util.Collection;
import org.jberet.repository.JobExecutionSelector;
import org.medtune.ops.RecordedRun;

/** Tells JBeret which executions to forget: those of one run, whoever asks. */
final class ExecutionsOf implements JobExecutionSelector {

    private final RecordedRun run;
    private JobContext job;
    private StepContext step;

    ExecutionsOf(RecordedRun run) {
        this.run = run;
    }

    @Override
    public boolean select(JobExecution execution, Collection<Long> allExecutions) {
        return run.executionIds().contains(execution.getExecutionId());
    }

    @Override
    public JobContext getJobContext() {
        return job;
    }

    @Override
    public void setJobContext(JobContext context) {
        job = context;
    }

    @Override
    public StepContext getStepContext() {
        return step;
    }

    @Override
    public void setStepContext(StepContext context) {
        step = context;
    }
}
