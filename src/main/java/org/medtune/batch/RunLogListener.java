package org.medtune.batch;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.batch.api.listener.AbstractJobListener;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import org.medtune.ops.MedtuneHome;
import org.medtune.ops.RunKey;
import org.medtune.ops.RunLog;
import org.medtune.ops.RunLogHandler;

/** Has an execution write the log of its run. */
@Named
@Dependent
public final class RunLogListener extends AbstractJobListener {

    @Inject
    private JobContext job;

    @Inject
    private MedtuneHome home;

    @Inject
    private RunLogHandler handler;

    @Override
    public void beforeJob() {
        RunKey run = JobExecutionSummary.find(BatchRuntime.getJobOperator(), job.getExecutionId()).orElseThrow().run();
        handler.begin(RunLog.of(home, job.getJobName(), run));
        MESSAGES.executionBegins(job.getExecutionId(), job.getJobName(), run.instanceId());
    }

    @Override
    public void afterJob() {
        handler.end();
    }
}
