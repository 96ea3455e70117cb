package org.medtune.batch;

import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;
import org.medtune.evaluation.ItemResult;
import org.medtune.ops.EvaluationRun;

/** Keeps the result of an item, and writes the report behind the last one. */
@Named
@Dependent
public final class EvaluateWriter extends AbstractItemWriter {

    @Inject
    private EvaluationContext context;

    @Inject
    private StepFailures failures;

    @Inject
    private StepContext step;

    @Override
    public void writeItems(List<Object> results) {
        EvaluationRun evaluation = (EvaluationRun) step.getTransientUserData();
        failures.run(() -> {
            results.forEach(result -> evaluation.keep((ItemResult) result));
            context.show(evaluation.done(), evaluation.total());
            return evaluation.complete() ? evaluation.finish() : null;
        });
    }
}
