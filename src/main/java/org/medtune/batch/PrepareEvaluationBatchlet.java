package org.medtune.batch;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import org.medtune.ops.DeviceQueue;
import org.medtune.ops.RunProgress;

/**
 * The first step of the job {@code evaluate}, in every execution: checks everything that can be checked without loading
 * the model, since the console starts jobs without asking us.
 */
@Named
@Dependent
public final class PrepareEvaluationBatchlet extends AbstractBatchlet {

    @Inject
    private RunContext run;

    @Inject
    private EvaluationContext evaluation;

    @Inject
    private JobContext job;

    @Inject
    private DeviceQueue queue;

    @Inject
    private StepFailures failures;

    @Override
    public String process() {
        return failures.run(() -> {
            run.show(RunProgress.begin(RunProgress.Phase.PREPARE, null));
            queue.admit(job.getExecutionId(), evaluation.request().claim());
            return null;
        });
    }
}
