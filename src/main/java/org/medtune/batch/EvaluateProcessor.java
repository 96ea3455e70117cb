package org.medtune.batch;

import jakarta.batch.api.chunk.ItemProcessor;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import org.medtune.evaluation.ItemResult;
import org.medtune.ops.EvaluationRun;

/** Evaluates one item. A stop ends it at once; a restart begins the item again. */
@Named
@Dependent
public final class EvaluateProcessor implements ItemProcessor {

    @Inject
    private EvaluationContext context;

    @Inject
    private StepFailures failures;

    @Inject
    private StepContext step;

    @Override
    public ItemResult processItem(Object number) {
        EvaluationRun evaluation = (EvaluationRun) step.getTransientUserData();
        return failures.run(() -> evaluation.evaluate(context::stopped).orElse(null));
    }
}
