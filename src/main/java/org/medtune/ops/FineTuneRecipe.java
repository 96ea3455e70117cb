package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;
import static org.medtune.ops.FineTuneParameter.ADAM_BETA1;
import static org.medtune.ops.FineTuneParameter.ADAM_BETA2;
import static org.medtune.ops.FineTuneParameter.ADAM_EPSILON;
import static org.medtune.ops.FineTuneParameter.DATASET_LANGUAGE;
import static org.medtune.ops.FineTuneParameter.DATASET_QUESTION_FIELD;
import static org.medtune.ops.FineTuneParameter.DATASET_REASONING_FIELD;
import static org.medtune.ops.FineTuneParameter.DATASET_RESPONSE_FIELD;
import static org.medtune.ops.FineTuneParameter.DATASET_ROWS;
import static org.medtune.ops.FineTuneParameter.EVALUATION_SHARE;
import static org.medtune.ops.FineTuneParameter.GRADIENT_ACCUMULATION_STEPS;
import static org.medtune.ops.FineTuneParameter.GRADIENT_CHECKPOINTING;
import static org.medtune.ops.FineTuneParameter.INIT_LORA_WEIGHTS;
import static org.medtune.ops.FineTuneParameter.LEARNING_RATE;
import static org.medtune.ops.FineTuneParameter.LOFTQ_ITER;
import static org.medtune.ops.FineTuneParameter.LORA_ALPHA;
import static org.medtune.ops.FineTuneParameter.LORA_ALPHA_PATTERN;
import static org.medtune.ops.FineTuneParameter.LORA_BIAS;
import static org.medtune.ops.FineTuneParameter.LORA_DROPOUT;
import static org.medtune.ops.FineTuneParameter.LORA_R;
import static org.medtune.ops.FineTuneParameter.LORA_RANK_PATTERN;
import static org.medtune.ops.FineTuneParameter.LORA_TARGET_MODULES;
import static org.medtune.ops.FineTuneParameter.LR_SCHEDULER_TYPE;
import static org.medtune.ops.FineTuneParameter.MAX_GRAD_NORM;
import static org.medtune.ops.FineTuneParameter.MAX_SEQ_LENGTH;
import static org.medtune.ops.FineTuneParameter.NUM_TRAIN_EPOCHS;
import static org.medtune.ops.FineTuneParameter.OPTIM;
import static org.medtune.ops.FineTuneParameter.PACKING;
import static org.medtune.ops.FineTuneParameter.PER_DEVICE_TRAIN_BATCH_SIZE;
import static org.medtune.ops.FineTuneParameter.PROMPT_TEMPLATE;
import static org.medtune.ops.FineTuneParameter.SEED;
import static org.medtune.ops.FineTuneParameter.USE_RSLORA;
import static org.medtune.ops.FineTuneParameter.WARMUP_STEPS;
import static org.medtune.ops.FineTuneParameter.WEIGHT_DECAY;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.medtune.InvalidInputException;
import org.medtune.adapter.AdapterLayout;
import org.medtune.adapter.AdapterRecord;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.adapter.ModulePatterns;
import org.medtune.dataset.FieldNames;
import org.medtune.dataset.HeldOutSplit;
import org.medtune.dataset.PromptTemplate;
import org.medtune.dataset.QuestionLanguage;
import org.medtune.dataset.RowSelection;
import org.medtune.dataset.TokenizedDataset;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.LoftQ;
import org.medtune.model.ModelConfiguration;
import org.medtune.model.ModelFolder;
import org.medtune.model.Projection;
import org.medtune.training.GradientCheckpointing;
import org.medtune.training.LearningRateSchedule;
import org.medtune.training.MomentStorage;
import org.medtune.training.RunFingerprint;
import org.medtune.training.SequencePacks;
import org.medtune.training.TrainingConfiguration;

/**
 * A request's parameters in the words of the rooms below.
 *
 * @param parameters the checked parameters
 */
public record FineTuneRecipe(FineTuneParameters parameters) {

    /** Of all parameters, those without which a run would still be the same run. */
    private static final Set<FineTuneParameter> NOT_OF_THE_RUN = EnumSet.of(
            FineTuneParameter.DATASET_FILE, FineTuneParameter.DEVICE, FineTuneParameter.LOGGING_STEPS,
            FineTuneParameter.SAVE_STEPS, FineTuneParameter.EVALUATION_QUESTION,
            FineTuneParameter.EVALUATION_GENERATION_ROWS, FineTuneParameter.EVALUATION_MAX_NEW_TOKENS,
            FineTuneParameter.ADAPTER_NAME);

    public FieldNames fieldNames() {
        return new FieldNames(parameters.text(DATASET_QUESTION_FIELD), parameters.text(DATASET_REASONING_FIELD),
                parameters.text(DATASET_RESPONSE_FIELD));
    }

    public RowSelection rowSelection() {
        return new RowSelection(parameters.integer(DATASET_ROWS),
                QuestionLanguage.named(parameters.text(DATASET_LANGUAGE)));
    }

    public HeldOutSplit split() {
        return new HeldOutSplit(parameters.decimal(EVALUATION_SHARE));
    }

    public PromptTemplate promptTemplate() {
        return PromptTemplate.named(parameters.text(PROMPT_TEMPLATE));
    }

    /**
     * What the adapter consists of.
     *
     * @throws InvalidInputException if a target module is none of the model's projections, or a pattern cannot be meant
     */
    public LoraConfiguration lora() {
        Set<Projection> targets = EnumSet.noneOf(Projection.class);
        for (String name : parameters.names(LORA_TARGET_MODULES)) {
            targets.add(Projection.ofModuleName(name).orElseThrow(() -> MESSAGES.targetModuleUnknown(name)));
        }
        return new LoraConfiguration(parameters.integer(LORA_R), parameters.integer(LORA_ALPHA),
                parameters.decimal(LORA_DROPOUT), targets,
                BiasTraining.ofPeftName(parameters.text(LORA_BIAS)).orElseThrow(), parameters.flag(USE_RSLORA),
                new ModulePatterns(parameters.numbers(LORA_RANK_PATTERN)),
                new ModulePatterns(parameters.numbers(LORA_ALPHA_PATTERN)));
    }

    /** How rows are packed; nothing where each is a sequence of its own. */
    Optional<SequencePacks> packs(TokenizedDataset dataset) {
        if (!parameters.flag(PACKING)) {
            return Optional.empty();
        }
        int capacity = parameters.integer(MAX_SEQ_LENGTH);
        int[] lengths = IntStream.range(0, dataset.trainingRows()).map(row -> dataset.training(row).length).toArray();
        SequencePacks packs = SequencePacks.bestFitDecreasing(lengths, capacity);
        long percent = Math.round(100.0 * Arrays.stream(lengths).asLongStream().sum() / packs.count() / capacity);
        MESSAGES.rowsPacked(lengths.length, packs.count(), capacity, percent);
        return Optional.of(packs);
    }

    /**
     * How it is trained.
     *
     * @param rows training rows, or packs of them, from which the steps follow where epochs are given
     * @throws InvalidInputException if the warm-up is longer than the run
     */
    public TrainingConfiguration training(int rows) {
        int microBatch = parameters.integer(PER_DEVICE_TRAIN_BATCH_SIZE);
        int accumulation = parameters.integer(GRADIENT_ACCUMULATION_STEPS);
        double epochs = parameters.decimal(NUM_TRAIN_EPOCHS);
        int steps = parameters.givenSteps()
                .orElseGet(() -> (int) Math.ceil(epochs * rows / ((double) microBatch * accumulation)));
        return new TrainingConfiguration(microBatch, accumulation, steps, parameters.integer(WARMUP_STEPS),
                parameters.decimal(LEARNING_RATE),
                LearningRateSchedule.named(parameters.text(LR_SCHEDULER_TYPE)).orElseThrow(),
                new TrainingConfiguration.Adam(parameters.decimal(ADAM_BETA1), parameters.decimal(ADAM_BETA2),
                        parameters.decimal(ADAM_EPSILON), parameters.decimal(WEIGHT_DECAY), moments()),
                parameters.decimal(MAX_GRAD_NORM), parameters.integer(SEED),
                GradientCheckpointing.named(parameters.text(GRADIENT_CHECKPOINTING)).orElseThrow());
    }

    /** Whether the adapter begins with LoftQ. */
    boolean beginsWithLoftQ() {
        return parameters.text(INIT_LORA_WEIGHTS).equals("loftq");
    }

    /** The base that the adapter trains on, of the model that was asked for. */
    ModelChoice trainingBase(ModelChoice model) {
        if (!beginsWithLoftQ()) {
            return model;
        }
        LoraConfiguration lora = lora();
        int layers = ModelFolder.open(model.folder()).configuration().layers();
        return model.with(new LoftQ(parameters.integer(LOFTQ_ITER), IntStream.range(0, layers)
                .mapToObj(layer -> Arrays.stream(Projection.values())
                        .map(p -> lora.targetModules().contains(p) ? lora.rank(layer, p) : 0)
                        .toList())
                .toList()));
    }

    /** The adapter before the first step, on {@link #trainingBase}. The caller closes it. */
    LoraAdapter firstAdapter(CausalLanguageModel base, ModelChoice model) {
        return beginsWithLoftQ() ? LoraAdapter.initializeWithLoftQ(base, ModelFolder.open(model.folder()), lora())
                : LoraAdapter.initialize(base, lora(), parameters.integer(SEED));
    }

    /** How many numbers a file of the adapter holds. */
    long writtenParameters(ModelConfiguration model) {
        long trained = new AdapterLayout(model, lora()).size();
        return beginsWithLoftQ() ? 2 * trained : trained;
    }

    /** How the optimizer keeps its moments. */
    MomentStorage moments() {
        return MomentStorage.named(parameters.text(OPTIM)).orElseThrow();
    }

    /** What is kept beside the adapter. */
    public AdapterRecord adapterRecord(ModelChoice model) {
        return new AdapterRecord(parameters.text(PROMPT_TEMPLATE), parameters.integer(MAX_SEQ_LENGTH), 0,
                ModelFolder.open(model.folder()).fingerprint(), model.quantization().label(),
                beginsWithLoftQ() ? parameters.integer(LOFTQ_ITER) : 0);
    }

    /** What a checkpoint must agree with to belong to this run. */
    public RunFingerprint fingerprint(ModelChoice model, String dataset) {
        Map<String, String> values = new TreeMap<>();
        parameters.values().forEach((parameter, value) -> {
            if (!NOT_OF_THE_RUN.contains(parameter)) {
                values.put(parameter.key(), value.toString());
            }
        });
        // by content, so that a model folder may be moved between a stop and a restart
        values.put(FineTuneParameter.MODEL_FOLDER.key(), ModelFolder.open(model.folder()).fingerprint());
        values.put(FineTuneParameter.PRECISION.key(), model.type().safetensorsName());
        values.put(FineTuneParameter.LOAD_IN_4BIT.key(), model.quantization().label());
        values.put("dataset", dataset);
        return new RunFingerprint(values);
    }
}
