package org.medtune.batch;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import org.medtune.ops.FineTuneRequest;
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
    private StepFailures failures;

    @Override
    public String process() {
        return failures.run(() -> {
            context.show(RunProgress.begin(RunProgress.Phase.PREPARE, null));
            FineTuneRequest request = context.request();
            request.checkRoomForCheckpoints(context.prepareFolder());
            return null;
        });
    }
}
