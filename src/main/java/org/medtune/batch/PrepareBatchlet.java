package org.medtune.batch;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import org.medtune.ops.DeviceClaim;
import org.medtune.ops.DeviceQueue;
import org.medtune.ops.FineTuneRequest;
import org.medtune.ops.RunFolder;
import org.medtune.ops.RunProgress;

/**
 * The job's first step, in every execution: checks everything that can be checked without loading the model, since the
 * console starts jobs without asking us, and makes the run's folder.
 */
@Named
@Dependent
public final class PrepareBatchlet extends AbstractBatchlet {

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
            context.show(RunProgress.begin(RunProgress.Phase.PREPARE, null));
            FineTuneRequest request = context.request();
            // before anything is written, so that a run that is refused leaves nothing
            queue.admit(job.getExecutionId(), DeviceClaim.of(request));
            RunFolder folder = context.prepareFolder();
            folder.checkContents(request);
            folder.begin(request, context.parameters());
            request.checkRoomForCheckpoints(folder);
            return null;
        });
    }
}
