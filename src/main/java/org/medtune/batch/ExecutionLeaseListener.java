package org.medtune.batch;

import jakarta.batch.api.listener.AbstractJobListener;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import org.medtune.ops.ExecutionLeases;

/** Takes the lease of an execution before its first step, so that no other server takes it for a dead one's. */
@Named
@Dependent
public final class ExecutionLeaseListener extends AbstractJobListener {

    @Inject
    private ExecutionLeases leases;

    @Inject
    private JobContext job;

    @Override
    public void beforeJob() {
        leases.claim(job.getExecutionId());
    }
}
