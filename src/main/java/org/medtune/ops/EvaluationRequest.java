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
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.medtune.InvalidInputException;
import org.medtune.adapter.AdapterFolder;
import org.medtune.adapter.AdapterRecord;
import org.medtune.evaluation.ChoiceFile;
import org.medtune.model.ModelFolder;

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

    /** The parameters with their defaults, in the order in which the job lists them. */
    public static final Map<String, String> DEFAULTS = defaults();

    private static final String MULTIPLE_CHOICE = "multiple-choice";
    private static final String HELD_OUT = "held-out";
    private static final String INTERNAL_PREFIX = "jberet.";

    /**
     * Checks parameters and files together.
     *
     * @throws InvalidInputException listing everything that has to change
     */
    public static EvaluationRequest of(MedtuneHome home, Map<String, String> texts) {
        Problems problems = new Problems();
        texts.keySet().stream().sorted()
                .filter(name -> !name.startsWith(INTERNAL_PREFIX) && !DEFAULTS.containsKey(name))
                .forEach(name -> problems.add(
                        MESSAGES.parameterUnknown(name, EditDistance.nearest(name, DEFAULTS.keySet()))));
        boolean choices = oneOf(DATASET_FORMAT, texts, "reasoning", MULTIPLE_CHOICE, problems);
        boolean heldOut = oneOf(EVALUATION_ROWS, texts, "all", HELD_OUT, problems);
        Optional<AdapterFolder> adapter = text(texts, ADAPTER).isEmpty() ? Optional.empty()
                : problems.check(() -> adapter(home, text(texts, ADAPTER)));
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
        DEFAULTS.forEach((name, value) -> {
            if (FineTuneParameter.of(name).isPresent() && !text(texts, name).isEmpty()) {
                common.put(name, text(texts, name));
            }
        });
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

    /** Whether the second of two words was given. */
    private static boolean oneOf(String name, Map<String, String> texts, String first, String second,
            Problems problems) {
        String text = text(texts, name);
        if (!text.equals(first) && !text.equals(second)) {
            problems.add(MESSAGES.parameterNotOfShape(name, text, "one of " + first + ", " + second));
        }
        return text.equals(second);
    }

    private static String text(Map<String, String> texts, String name) {
        return texts.getOrDefault(name, DEFAULTS.get(name)).strip();
    }

    private static Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put(ADAPTER, "");
        defaults.put(MODEL_FOLDER.key(), "");
        defaults.put(DATASET_FILE.key(), DATASET_FILE.defaultText());
        defaults.put(DATASET_FORMAT, "reasoning");
        for (FineTuneParameter parameter : List.of(DATASET_ROWS, DATASET_LANGUAGE, DATASET_QUESTION_FIELD,
                DATASET_REASONING_FIELD, DATASET_RESPONSE_FIELD)) {
            defaults.put(parameter.key(), parameter.defaultText());
        }
        defaults.put(PROMPT_TEMPLATE.key(), "");
        defaults.put(MAX_SEQ_LENGTH.key(), "");
        defaults.put(EVALUATION_ROWS, "all");
        defaults.put(EVALUATION_SHARE.key(), EVALUATION_SHARE.defaultText());
        defaults.put(EVALUATION_GENERATION_ROWS.key(), "50");
        defaults.put(EVALUATION_MAX_NEW_TOKENS.key(), "1024");
        for (FineTuneParameter parameter : List.of(SEED, PRECISION, LOAD_IN_4BIT, DEVICE, DEVICE_QUEUE)) {
            defaults.put(parameter.key(), parameter.defaultText());
        }
        return Collections.unmodifiableMap(defaults);
    }
}
