package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;
import static org.medtune.ops.FineTuneParameter.EVALUATION_GENERATION_ROWS;
import static org.medtune.ops.FineTuneParameter.EVALUATION_MAX_NEW_TOKENS;
import static org.medtune.ops.FineTuneParameter.EVALUATION_QUESTION;
import static org.medtune.ops.FineTuneParameter.SEED;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.medtune.MedtuneException;
import org.medtune.dataset.DatasetRow;
import org.medtune.dataset.ExampleReader;
import org.medtune.dataset.TokenizedDataset;
import org.medtune.dataset.TokenizedDatasetWriter;
import org.medtune.dataset.TokenizedExample;
import org.medtune.evaluation.EvaluationItem;
import org.medtune.evaluation.EvaluationSubject;
import org.medtune.evaluation.NearDuplicates;
import org.medtune.training.CheckpointStore;

/**
 * How a trained run is compared with its base model: on the operator's question, and on the rows that were held out.
 *
 * @param request what the run was asked for
 * @param run     the run
 * @param folder  the run's
 */
public record RunEvaluator(FineTuneRequest request, RunKey run, RunFolder folder) {

    /**
     * What is to be done with the newest checkpoint.
     *
     * @throws org.medtune.RecoverableException if there is none
     */
    public EvaluationPlan plan() {
        FineTuneParameters parameters = request.parameters();
        FineTuneRecipe recipe = new FineTuneRecipe(parameters);
        TokenizedDataset dataset =
                TokenizedDataset.open(folder.dataset().resolve(TokenizedDatasetWriter.TOKENIZED_FILE));
        ModelChoice choice = ModelChoice.of(request);
        Path checkpoint = checkpoints(choice, dataset).newestIntact()
                .orElseThrow(() -> MESSAGES.noCheckpoint(folder.path()));
        List<EvaluationItem> items = new ArrayList<>();
        items.add(EvaluationItem.sample(parameters.text(EVALUATION_QUESTION)));
        for (TokenizedExample row : dataset.heldOut()) {
            items.add(EvaluationItem.row(row.row(), row.reference().question(), row.reference().response(),
                    row.inputIds(), items.size() <= parameters.integer(EVALUATION_GENERATION_ROWS)));
        }
        EvaluationSubject subject = new EvaluationSubject(run.folderName(), run.created().toString(),
                choice.folder().getFileName().toString(), checkpoint.getFileName().toString(),
                request.datasetFile().getFileName().toString(), true, recipe.promptTemplate().name(),
                parameters.integer(EVALUATION_MAX_NEW_TOKENS), choice.description(), parameters.integer(SEED));
        return new EvaluationPlan(subject, choice, Optional.of(checkpoint), recipe.promptTemplate(), items,
                () -> duplicates(recipe, dataset.heldOut()));
    }

    /** The run's checkpoints. */
    CheckpointStore checkpoints(ModelChoice choice, TokenizedDataset dataset) {
        FineTuneRecipe recipe = new FineTuneRecipe(request.parameters());
        return new CheckpointStore(folder.checkpoints(), recipe.fingerprint(choice, dataset.fingerprint()),
                choice.folder().toString(), recipe.adapterRecord(choice));
    }

    /** Held-out questions that are nearly the same as one that was trained on; nothing if the dataset is gone. */
    private Optional<List<NearDuplicates.Pair>> duplicates(FineTuneRecipe recipe, List<TokenizedExample> heldOut) {
        NearDuplicates duplicates = new NearDuplicates();
        Set<Long> rows = new HashSet<>();
        heldOut.forEach(row -> {
            rows.add(row.row());
            duplicates.addHeldOut(row.row(), row.reference().question());
        });
        try (ExampleReader reader =
                ExampleReader.open(request.datasetFile(), recipe.fieldNames(), recipe.rowSelection())) {
            for (Optional<DatasetRow> row = reader.next(); row.isPresent(); row = reader.next()) {
                DatasetRow read = row.get();
                if (!rows.contains(read.number())) {
                    read.example().ifPresent(example -> duplicates.compare(read.number(), example.question()));
                }
            }
            return Optional.of(duplicates.found());
        } catch (MedtuneException e) {
            // the run does not need the dataset any more, and is not lost with it
            MESSAGES.duplicatesNotLookedFor(e.getMessage());
            return Optional.empty();
        }
    }
}
