package org.medtune.batch;

import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.util.Optional;
import org.medtune.dataset.DatasetRow;
import org.medtune.dataset.ExampleReader;
import org.medtune.ops.FineTuneRecipe;
import org.medtune.ops.FineTuneRequest;

/**
 * Reads the dataset's rows; the checkpoint is the number of the last one. The step runs in every execution, since the
 * batch runtime takes it as complete once all rows are read, be it that the last of them could not be written; so the
 * files tell whether it is.
 */
@Named
@Dependent
public final class FormatReader extends AbstractItemReader {

    @Inject
    private RunContext context;

    @Inject
    private StepFailures failures;

    @Inject
    private StepContext step;

    private final FormatState state = new FormatState();
    private ExampleReader rows;
    private Long position;

    @Override
    public void open(Serializable checkpoint) {
        step.setTransientUserData(state);
        position = (Long) checkpoint;
        if (context.folder().formatted()) {
            state.markDoneBefore();
            return;
        }
        rows = failures.run(() -> {
            FineTuneRequest request = context.request();
            FineTuneRecipe recipe = new FineTuneRecipe(request.parameters());
            ExampleReader opened =
                    ExampleReader.open(request.datasetFile(), recipe.fieldNames(), recipe.rowSelection());
            if (position != null) {
                opened.skipTo(position);
            }
            return opened;
        });
        if (rows == null) {
            state.markFailed();
        }
    }

    @Override
    public DatasetRow readItem() {
        if (state.failed() || state.doneBefore()) {
            return null;
        }
        return failures.run(() -> {
            Optional<DatasetRow> row = rows.next();
            if (row.isEmpty()) {
                state.markComplete();
            }
            return row.orElse(null);
        });
    }

    @Override
    public Long checkpointInfo() {
        // what could not be written must be read again
        if (!state.failed() && !state.doneBefore()) {
            position = rows.position();
        }
        return position;
    }

    @Override
    public void close() {
        if (rows != null) {
            rows.close();
        }
    }
}
