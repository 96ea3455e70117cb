package org.medtune.batch;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import org.medtune.ops.DeviceQueue;
import org.medtune.ops.RunProgress;

/**
 * Waits for the run's devices, in every execution. They are given back when the execution ends, by
 * {@link RunEndListener}. A stop ends the waiting at once.
 */
@Named
@Dependent
public final class QueueBatchlet extends AbstractBatchlet {

    @Inject
    private RunContext context;

    @Inject
    private JobContext job;

    @Inject
    private DeviceQueue queue;

    @Inject
    private StepFailures failures;

    @Override
    public String process() {
        return failures.run(() -> {
            context.show(RunProgress.begin(RunProgress.Phase.QUEUE, context.latestStep()));
            queue.await(job.getExecutionId());
            return null;
        });
    }

    /** Called by the thread that asks for the stop. */
    @Override
    public void stop() {
        queue.leave(job.getExecutionId());
    }
}
