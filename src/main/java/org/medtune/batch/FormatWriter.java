package org.medtune.batch;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.util.List;
import org.medtune.dataset.DatasetRow;
import org.medtune.dataset.DatasetSummary;
import org.medtune.dataset.ExampleTokenizer;
import org.medtune.dataset.TokenizedDatasetWriter;
import org.medtune.model.Tokenizer;
import org.medtune.ops.FineTuneParameter;
import org.medtune.ops.FineTuneRecipe;
import org.medtune.ops.FineTuneRequest;
import org.medtune.ops.RunProgress;

/** Formats and tokenises rows; the checkpoint is where the written files stand. */
@Named
@Dependent
public final class FormatWriter extends AbstractItemWriter {

    @Inject
    private RunContext context;

    @Inject
    private StepFailures failures;

    @Inject
    private StepContext step;

    private Tokenizer tokenizer;
    private ExampleTokenizer examples;
    private TokenizedDatasetWriter dataset;
    private TokenizedDatasetWriter.Position position;

    @Override
    public void open(Serializable checkpoint) {
        position = checkpoint == null ? TokenizedDatasetWriter.Position.START
                : (TokenizedDatasetWriter.Position) checkpoint;
        unlessFailed(() -> {
            FineTuneRequest request = context.request();
            FineTuneRecipe recipe = new FineTuneRecipe(request.parameters());
            tokenizer = Tokenizer.open(request.modelFolder());
            examples = new ExampleTokenizer(tokenizer, recipe.promptTemplate(), recipe.split(),
                    request.parameters().integer(FineTuneParameter.MAX_SEQ_LENGTH));
            dataset = TokenizedDatasetWriter.open(context.folder().dataset(), position);
        });
    }

    @Override
    public void writeItems(List<Object> rows) {
        unlessFailed(() -> {
            for (Object item : rows) {
                DatasetRow row = (DatasetRow) item;
                row.example().ifPresent(example -> dataset.write(examples.tokenize(row.number(), example)));
                row.rejection().ifPresent(reason -> dataset.reject(row.number(), reason));
            }
            position = dataset.commit();
            context.show(new RunProgress(RunProgress.Phase.FORMAT, (int) position.summary().rowsRead(), 0, null));
        });
    }

    @Override
    public TokenizedDatasetWriter.Position checkpointInfo() {
        return position;
    }

    @Override
    public void close() {
        try {
            if (state().complete()) {
                unlessFailed(() -> {
                    DatasetSummary summary = dataset.finish();
                    MESSAGES.datasetFormatted(summary.accepted(), summary.heldOut(), summary.truncated(),
                            summary.rejected(), context.folder().dataset());
                });
            }
        } finally {
            if (dataset != null) {
                dataset.close();
            }
            if (tokenizer != null) {
                tokenizer.close();
            }
        }
    }

    /** Does the work; once something has failed, or where all is done, nothing is done any more. */
    private void unlessFailed(Runnable work) {
        FormatState state = state();
        if (state.failed() || state.doneBefore()) {
            return;
        }
        boolean done = false;
        try {
            done = failures.run(() -> {
                work.run();
                return true;
            }) != null;
        } finally {
            if (!done) {
                state.markFailed();
            }
        }
    }

    private FormatState state() {
        return (FormatState) step.getTransientUserData();
    }
}
