package org.medtune.batch;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import org.medtune.ops.BaseModels;
import org.medtune.ops.RunEvaluator;
import org.medtune.ops.RunFolder;
import org.medtune.ops.RunProgress;

/** Compares the fine-tuned model with the base model. */
@Named
@Dependent
public final class EvaluateBatchlet extends AbstractBatchlet {

    @Inject
    private RunContext context;

    @Inject
    private StepFailures failures;

    @Inject
    private BaseModels models;

    @Override
    public String process() {
        return failures.run(() -> {
            RunFolder folder = context.folder();
            context.show(RunProgress.begin(RunProgress.Phase.EVALUATE, folder.metrics().last().orElse(null)));
            folder.evaluation().write(new RunEvaluator(context.request(), folder, models, context.stop()).evaluate());
            return null;
        });
    }
}
