package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;
import static org.medtune.ops.FineTuneParameter.DATASET_ROWS;
import static org.medtune.ops.FineTuneParameter.EVALUATION_GENERATION_ROWS;
import static org.medtune.ops.FineTuneParameter.EVALUATION_MAX_NEW_TOKENS;
import static org.medtune.ops.FineTuneParameter.MAX_SEQ_LENGTH;
import static org.medtune.ops.FineTuneParameter.SEED;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.medtune.adapter.AdapterFolder;
import org.medtune.dataset.DatasetRow;
import org.medtune.dataset.ExampleReader;
import org.medtune.dataset.ExampleTokenizer;
import org.medtune.dataset.HeldOutSplit;
import org.medtune.dataset.ReasoningExample;
import org.medtune.evaluation.ChoiceFile;
import org.medtune.evaluation.ChoiceQuestion;
import org.medtune.evaluation.EvaluationItem;
import org.medtune.evaluation.EvaluationSubject;
import org.medtune.evaluation.NearDuplicates;
import org.medtune.model.Tokenizer;

/**
 * How an adapter, or a base model alone, is evaluated on a dataset.
 *
 * @param request what was asked for
 * @param run     whose evaluation it is
 */
public record DatasetEvaluator(EvaluationRequest request, RunKey run) {

    /** The rows that are evaluated, and what was found about the others. */
    private record Rows(List<EvaluationItem> items, Optional<List<NearDuplicates.Pair>> duplicates) {
    }

    /** The number of a row with what it says. */
    private record Example(long row, ReasoningExample text) {
    }

    /**
     * Reads the dataset.
     *
     * @throws org.medtune.InvalidInputException if the dataset cannot be read, or nothing in it can be evaluated
     */
    public EvaluationPlan plan() {
        FineTuneRequest common = request.common();
        FineTuneParameters parameters = common.parameters();
        FineTuneRecipe recipe = new FineTuneRecipe(parameters);
        ModelChoice choice = ModelChoice.of(common);
        Rows rows = request.choices() ? questions() : rows(recipe);
        EvaluationSubject subject = new EvaluationSubject("evaluate-" + run.instanceId(), run.created().toString(),
                choice.folder().getFileName().toString(),
                request.adapter().map(adapter -> adapter.path().getFileName().toString()).orElse(null),
                common.datasetFile().getFileName().toString(), request.heldOut() && !request.choices(),
                recipe.promptTemplate().name(), parameters.integer(EVALUATION_MAX_NEW_TOKENS), choice.description(),
                parameters.integer(SEED));
        return new EvaluationPlan(subject, choice, request.adapter().map(AdapterFolder::path), recipe.promptTemplate(),
                rows.items(), rows::duplicates);
    }

    private Rows questions() {
        FineTuneRequest common = request.common();
        List<EvaluationItem> items = new ArrayList<>();
        for (ChoiceQuestion question
                : new ChoiceFile(common.datasetFile()).read(common.parameters().integer(DATASET_ROWS))) {
            items.add(EvaluationItem.choice(items.size() + 1, question));
        }
        return new Rows(items, Optional.empty());
    }

    private Rows rows(FineTuneRecipe recipe) {
        FineTuneRequest common = request.common();
        HeldOutSplit split = recipe.split();
        List<Example> all = examples(recipe);
        List<Example> chosen = request.heldOut()
                ? all.stream().filter(example -> split.isHeldOut(example.text().question())).toList() : all;
        if (chosen.isEmpty()) {
            throw MESSAGES.nothingToEvaluate(all.size(), common.datasetFile(), request.heldOut() && !all.isEmpty()
                    ? "raise evaluation.share, or give evaluation.rows=all."
                    : "see the log for what is wrong with its rows.");
        }
        List<EvaluationItem> items = new ArrayList<>();
        try (Tokenizer tokenizer = Tokenizer.open(common.modelFolder())) {
            ExampleTokenizer examples = new ExampleTokenizer(tokenizer, recipe.promptTemplate(), split,
                    common.parameters().integer(MAX_SEQ_LENGTH));
            for (Example example : chosen) {
                items.add(EvaluationItem.row(example.row(), example.text().question(), example.text().response(),
                        examples.tokenize(example.row(), example.text()).inputIds(),
                        items.size() < common.parameters().integer(EVALUATION_GENERATION_ROWS)));
            }
        }
        return new Rows(items, request.heldOut() ? Optional.of(duplicates(all, split)) : Optional.empty());
    }

    private List<Example> examples(FineTuneRecipe recipe) {
        Path file = request.common().datasetFile();
        List<Example> examples = new ArrayList<>();
        List<DatasetRow> rejected = new ArrayList<>();
        try (ExampleReader reader = ExampleReader.open(file, recipe.fieldNames(), recipe.rowSelection())) {
            for (Optional<DatasetRow> row = reader.next(); row.isPresent(); row = reader.next()) {
                DatasetRow read = row.get();
                read.example().ifPresentOrElse(example -> examples.add(new Example(read.number(), example)),
                        () -> rejected.add(read));
            }
        }
        if (!rejected.isEmpty()) {
            DatasetRow first = rejected.get(0);
            MESSAGES.rowsLeftOutOfEvaluation(rejected.size(), file, first.number(), first.rejection().orElseThrow());
        }
        return examples;
    }

    private static List<NearDuplicates.Pair> duplicates(List<Example> all, HeldOutSplit split) {
        NearDuplicates duplicates = new NearDuplicates();
        all.stream().filter(example -> split.isHeldOut(example.text().question()))
                .forEach(example -> duplicates.addHeldOut(example.row(), example.text().question()));
        all.stream().filter(example -> !split.isHeldOut(example.text().question()))
                .forEach(example -> duplicates.compare(example.row(), example.text().question()));
        return duplicates.found();
    }
}
