package org.medtune.batch;

import jakarta.batch.api.listener.AbstractJobListener;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import org.medtune.ops.DeviceQueue;

/** Gives the devices back and ends the live progress with the execution, however it ends. */
@Named
@Dependent
public final class RunEndListener extends AbstractJobListener {

    @Inject
    private RunContext context;

    @Inject
    private JobContext job;

    @Inject
    private DeviceQueue queue;

    @Override
    public void afterJob() {
        try {
            context.end();
        } finally {
            queue.leave(job.getExecutionId());
        }
    }
}
