package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;
import static org.medtune.ops.FineTuneParameter.DATASET_FILE;
import static org.medtune.ops.FineTuneParameter.DATASET_LANGUAGE;
import static org.medtune.ops.FineTuneParameter.DATASET_QUESTION_FIELD;
import static org.medtune.ops.FineTuneParameter.DATASET_REASONING_FIELD;
import static org.medtune.ops.FineTuneParameter.DATASET_RESPONSE_FIELD;
import static org.medtune.ops.FineTuneParameter.DATASET_ROWS;
import static org.medtune.ops.FineTuneParameter.DEVICE;
import static org.medtune.ops.FineTuneParameter.DEVICE_QUEUE;
import static org.medtune.ops.FineTuneParameter.EVALUATION_GENERATION_ROWS;
import static org.medtune.ops.FineTuneParameter.EVALUATION_MAX_NEW_TOKENS;
import static org.medtune.ops.FineTuneParameter.EVALUATION_SHARE;
import static org.medtune.ops.FineTuneParameter.LOAD_IN_4BIT;
import static org.medtune.ops.FineTuneParameter.MAX_SEQ_LENGTH;
import static org.medtune.ops.FineTuneParameter.MODEL_FOLDER;
import static org.medtune.ops.FineTuneParameter.PRECISION;
import static org.medtune.ops.FineTuneParameter.PROMPT_TEMPLATE;
import static org.medtune.ops.FineTuneParameter.SEED;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.medtune.InvalidInputException;
import org.medtune.adapter.AdapterFolder;
import org.medtune.adapter.AdapterRecord;
import org.medtune.evaluation.ChoiceFile;
import org.medtune.model.ModelFolder;
import org.medtune.ops.ParameterType.Choice;
import org.medtune.ops.ParameterType.Words;

/**
 * What the job {@code evaluate} was asked for, after everything that can be checked without loading a model.
 *
 * @param common  what it has in common with training; empty texts have been replaced by what the adapter says
 * @param adapter what is compared with its base model; empty to evaluate the base model alone
 * @param choices whether the dataset consists of multiple-choice questions
 * @param heldOut whether only rows are evaluated that training with the same {@code evaluation.share} would hold out
 */
public record EvaluationRequest(FineTuneRequest common, Optional<AdapterFolder> adapter, boolean choices,
                                boolean heldOut) {

    /** The id of the job. */
    public static final String JOB = "evaluate";
    /** Name of a published adapter, or path of an adapter folder; empty for the base model alone. */
    public static final String ADAPTER = "adapter";
    /** {@code reasoning} or {@code multiple-choice}. */
    public static final String DATASET_FORMAT = "dataset.format";
    /** {@code all} or {@code held-out}. */
    public static final String EVALUATION_ROWS = "evaluation.rows";

    private static final String MULTIPLE_CHOICE = "multiple-choice";
    private static final String HELD_OUT = "held-out";

    /** The parameters, in the order in which the job lists them. */
    public static final JobParameters PARAMETERS = JobParameters.of(
            new JobParameter(ADAPTER, "", new Words(),
                    "a published adapter's name, or the path of an adapter folder; empty for a base model alone"),
            as(MODEL_FOLDER, "", "base model: a path, or a name under models/; empty for the adapter's, or without one "
                    + "for the embedded model"),
            DATASET_FILE.definition(),
            new JobParameter(DATASET_FORMAT, "reasoning", Choice.of("reasoning", MULTIPLE_CHOICE),
                    "reasoning, rows with reasoning and answer; or multiple-choice"),
            as(DATASET_ROWS, DATASET_ROWS.defaultText(), "the most rows to read, from the beginning of the dataset"),
            DATASET_LANGUAGE.definition(),
            as(DATASET_QUESTION_FIELD, DATASET_QUESTION_FIELD.defaultText(),
                    "name of the question's field, of a dataset with reasoning"),
            DATASET_REASONING_FIELD.definition(), DATASET_RESPONSE_FIELD.definition(),
            as(PROMPT_TEMPLATE, "", "template that makes a text of a row; empty for the one that the adapter was "
                    + "trained with"),
            as(MAX_SEQ_LENGTH, "", "the most tokens of a row, the rest is cut off; empty for the adapter's"),
            new JobParameter(EVALUATION_ROWS, "all", Choice.of("all", HELD_OUT),
                    "all, or held-out for those that a run with the same evaluation.share did not train on"),
            as(EVALUATION_SHARE, EVALUATION_SHARE.defaultText(), "the share of rows that was held out"),
            as(EVALUATION_GENERATION_ROWS, "50", "so many rows are answered; multiple-choice questions all are"),
            as(EVALUATION_MAX_NEW_TOKENS, "1024", EVALUATION_MAX_NEW_TOKENS.explanation()),
            as(SEED, SEED.defaultText(), "seed of the intervals"),
            PRECISION.definition(), LOAD_IN_4BIT.definition(),
            as(DEVICE, DEVICE.defaultText(), "where to evaluate, such as gpu0 or cpu; of several the first is used; "
                    + "auto takes the first accelerator, or else the CPU"),
            as(DEVICE_QUEUE, DEVICE_QUEUE.defaultText(), "what to do while a run has the device: wait until it has "
                    + "ended, or refuse to evaluate"));

    /**
     * Checks parameters and files together.
     *
     * @throws InvalidInputException listing everything that has to change
     */
    public static EvaluationRequest of(MedtuneHome home, Map<String, String> texts) {
        Problems problems = new Problems();
        PARAMETERS.unknown(texts).forEach(name -> problems.add(
                MESSAGES.parameterUnknown(name, EditDistance.nearest(name, PARAMETERS.keys()))));
        boolean choices = is(MULTIPLE_CHOICE, DATASET_FORMAT, texts, problems);
        boolean heldOut = is(HELD_OUT, EVALUATION_ROWS, texts, problems);
        Optional<AdapterFolder> adapter = PARAMETERS.text(texts, ADAPTER).isEmpty() ? Optional.empty()
                : problems.check(() -> adapter(home, PARAMETERS.text(texts, ADAPTER)));
        FineTuneRequest common = FineTuneRequest.read(home, common(texts, adapter), problems);
        if (common.modelFolder() != null) {
            adapter.ifPresent(found -> problems.check(() -> fitting(found, ModelFolder.open(common.modelFolder()))));
        }
        if (choices && common.datasetFile() != null && common.parameters().has(DATASET_ROWS)) {
            problems.check(() -> new ChoiceFile(common.datasetFile()).read(common.parameters().integer(DATASET_ROWS)));
        }
        problems.throwIfAny();
        return new EvaluationRequest(common, adapter, choices, heldOut);
    }

    /** The one device that it computes on. */
    public DeviceClaim claim() {
        return new DeviceClaim(List.of(ModelChoice.of(common).device()),
                common.parameters().text(DEVICE_QUEUE).equals("wait"));
    }

    /** What training and evaluation call the same, with what the adapter was trained with where nothing is given. */
    private static Map<String, String> common(Map<String, String> texts, Optional<AdapterFolder> adapter) {
        Map<String, String> common = new HashMap<>();
        for (String name : PARAMETERS.keys()) {
            if (FineTuneParameter.of(name).isPresent() && !PARAMETERS.text(texts, name).isEmpty()) {
                common.put(name, PARAMETERS.text(texts, name));
            }
        }
        // evaluation knows no micro-batches, of which each device of a training needs one
        common.put(FineTuneParameter.GRADIENT_ACCUMULATION_STEPS.key(), "1024");
        adapter.ifPresent(found -> {
            AdapterRecord trained = found.adapterRecord();
            putIfKnown(common, MODEL_FOLDER, found.baseModel());
            putIfKnown(common, PROMPT_TEMPLATE, trained.promptTemplate());
            putIfKnown(common, MAX_SEQ_LENGTH,
                    trained.maxSequenceLength() == 0 ? "" : Integer.toString(trained.maxSequenceLength()));
        });
        return common;
    }

    private static void putIfKnown(Map<String, String> texts, FineTuneParameter parameter, String value) {
        if (!value.isEmpty()) {
            texts.putIfAbsent(parameter.key(), value);
        }
    }

    private static AdapterFolder adapter(MedtuneHome home, String given) {
        try {
            Path folder = home.inputs().and(home.adapters(), home.runs())
                    .require(ADAPTER, given, home.adapters().resolve(given).toAbsolutePath());
            if (Files.isDirectory(folder)) {
                return PublishedAdapters.open(folder);
            }
        } catch (InvalidPathException e) {
            // there is none of such a name
        }
        throw MESSAGES.adapterMissing(given, home.adapters());
    }

    private static AdapterFolder fitting(AdapterFolder adapter, ModelFolder model) {
        String trainedOn = adapter.adapterRecord().baseModel();
        if (!trainedOn.isEmpty() && !trainedOn.equals(model.fingerprint())) {
            throw MESSAGES.adapterNotOfModel(adapter.path(), model.path());
        }
        adapter.check(model.configuration());
        return adapter;
    }

    /** Whether a parameter has one of its words. */
    private static boolean is(String word, String name, Map<String, String> texts, Problems problems) {
        return problems.check(() -> PARAMETERS.word(texts, name)).filter(word::equals).isPresent();
    }

    private static JobParameter as(FineTuneParameter parameter, String defaultText, String explanation) {
        return parameter.definition().with(defaultText, explanation);
    }
}
