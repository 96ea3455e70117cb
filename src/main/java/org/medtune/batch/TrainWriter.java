package org.medtune.batch;

import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;
import org.medtune.ops.TrainingRun;

/** Makes a checkpoint: the batch runtime calls it every {@code save.steps} steps, at a stop, and at the end. */
@Named
@Dependent
public final class TrainWriter extends AbstractItemWriter {

    @Inject
    private StepFailures failures;

    @Inject
    private StepContext step;

    @Override
    public void writeItems(List<Object> steps) {
        TrainingRun training = (TrainingRun) step.getTransientUserData();
        if (training != null && training.healthy()) {
            failures.run(() -> {
                training.save();
                return null;
            });
        }
    }
}
