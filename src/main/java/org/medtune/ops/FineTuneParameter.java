package org.medtune.ops;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.medtune.ops.ParameterType.Choice;
import org.medtune.ops.ParameterType.Decimal;
import org.medtune.ops.ParameterType.Factor;
import org.medtune.ops.ParameterType.Flag;
import org.medtune.ops.ParameterType.Names;
import org.medtune.ops.ParameterType.Numbers;
import org.medtune.ops.ParameterType.Shaped;
import org.medtune.ops.ParameterType.Whole;
import org.medtune.ops.ParameterType.Words;

/**
 * The parameters of the job {@code fine-tune}: the one catalogue that the job XML, the validation, the pages and the
 * documentation follow. Names and meanings are those of Hugging Face's TrainingArguments and PEFT's LoraConfig, with
 * dots for underscores; defaults are those of the tutorial that the recipe comes from.
 */
public enum FineTuneParameter {

    MODEL_FOLDER("model.folder", "tiny-med-qwen2", new Words(),
            "Hugging Face folder of the base model: a path, or a name under models/", AtRestart.SAME_CONTENT),
    DATASET_FILE("dataset.file", "medical-reasoning-sample-zh.jsonl", new Words(),
            "dataset, JSON, JSONL, CSV or Parquet: a path, or a name under data/", AtRestart.SAME_CONTENT),
    DATASET_ROWS("dataset.rows", "500", new Whole(1), "the most rows to use, from the beginning of the dataset"),
    DATASET_LANGUAGE("dataset.language", "any", Choice.of("any", "zh", "en"), "use only rows in this language"),
    DATASET_QUESTION_FIELD("dataset.question.field", "Question", new Words(), "name of the question's field"),
    DATASET_REASONING_FIELD("dataset.reasoning.field", "Complex_CoT", new Words(), "name of the reasoning's field"),
    DATASET_RESPONSE_FIELD("dataset.response.field", "Response", new Words(), "name of the answer's field"),
    PROMPT_TEMPLATE("prompt.template", "medical-reasoning", new Words(), "template that makes a text of a row"),
    MAX_SEQ_LENGTH("max.seq.length", "2048", new Whole(2), "the most tokens of a row; the rest is cut off"),
    PACKING("packing", "false", new Flag(),
            "put several rows into one sequence of up to max.seq.length tokens"),

    LORA_R("lora.r", "16", new Whole(1), "rank of the adapter"),
    LORA_ALPHA("lora.alpha", "16", new Whole(1), "scale of the adapter, divided by its rank"),
    LORA_DROPOUT("lora.dropout", "0", Decimal.fromZeroToBelowOne(), "share of the adapter's inputs dropped"),
    LORA_BIAS("lora.bias", "none", Choice.of("none", "all", "lora_only"), "which biases are trained too"),
    LORA_TARGET_MODULES("lora.target.modules", "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj", new Names(),
            "linear layers that the adapter changes"),
    LORA_RANK_PATTERN("lora.rank.pattern", "", new Numbers(),
            "other ranks for modules by the end of their names, such as down_proj=8,layers.0.self_attn.q_proj=32"),
    LORA_ALPHA_PATTERN("lora.alpha.pattern", "", new Numbers(), "other values of lora.alpha, likewise"),
    USE_RSLORA("use.rslora", "false", new Flag(), "divide the scale by the square root of the rank"),
    INIT_LORA_WEIGHTS("init.lora.weights", "true", Choice.of("true", "loftq"),
            "how the adapter begins: true changes nothing, loftq makes up for what load.in.4bit loses"),
    LOFTQ_ITER("loftq.iter", "1", new Whole(1),
            "how often loftq quantises the model and improves the adapter by turns"),

    GRADIENT_CHECKPOINTING("gradient.checkpointing", "on", Choice.of("none", "on", "offload"),
            "compute activations twice instead of keeping them (on), with what is kept on the host (offload), or not",
            AtRestart.FREE),
    SEED("seed", "3407", new Whole(0), "seed of the data order and of every random draw"),
    PER_DEVICE_TRAIN_BATCH_SIZE("per.device.train.batch.size", "2", new Whole(1), "rows of a micro-batch, or packs"),
    GRADIENT_ACCUMULATION_STEPS("gradient.accumulation.steps", "4", new Whole(1), "micro-batches of a step"),
    WARMUP_STEPS("warmup.steps", "5", new Whole(0), "steps in which the learning rate rises"),
    MAX_STEPS("max.steps", "60", new Whole(-1), "steps to train; -1 for num.train.epochs instead"),
    NUM_TRAIN_EPOCHS("num.train.epochs", "1", Decimal.positive(), "passes over the dataset when max.steps is -1"),
    LEARNING_RATE("learning.rate", "2e-4", Decimal.positive(), "learning rate after the warm-up"),
    LR_SCHEDULER_TYPE("lr.scheduler.type", "linear", Choice.of("linear", "cosine", "constant"),
            "how the learning rate falls after the warm-up"),
    OPTIM("optim", "adamw_8bit", Choice.of("adamw_8bit", "adamw_torch"),
            "AdamW with moments of 8 bits a number (adamw_8bit) or 32 (adamw_torch)"),
    WEIGHT_DECAY("weight.decay", "0.01", Decimal.notNegative(), "AdamW's weight decay"),
    MAX_GRAD_NORM("max.grad.norm", "1.0", Decimal.notNegative(), "greater gradients are clipped to it; 0 for never"),
    ADAM_BETA1("adam.beta1", "0.9", Decimal.fromZeroToBelowOne(), "AdamW's decay of the first moment"),
    ADAM_BETA2("adam.beta2", "0.999", Decimal.fromZeroToBelowOne(), "AdamW's decay of the second moment"),
    ADAM_EPSILON("adam.epsilon", "1e-8", Decimal.positive(), "AdamW's epsilon"),
    PRECISION("precision", "auto", Choice.of("auto", "fp32", "bf16", "fp16"),
            "of the frozen weights and activations; auto is fp32 on a CPU, and on an accelerator bf16, or fp16 where "
                    + "it has no bf16"),
    LOAD_IN_4BIT("load.in.4bit", "auto", Choice.of("auto", "true", "false"),
            "hold the frozen projections in 4 bits a weight (NF4); auto does on an accelerator, and not on a CPU"),
    DEVICE("device", "auto",
            Shaped.of("auto|all|cpu|gpu\\d{1,3}(\\s*,\\s*gpu\\d{1,3})*",
                    "auto, all, cpu, or accelerators such as gpu0 or gpu0,gpu1"),
            "where to train, such as gpu0, gpu0,gpu1 or cpu; auto takes the first accelerator and all every one, or "
                    + "else the CPU", AtRestart.FREE),
    DEVICE_QUEUE("device.queue", "wait", Choice.of("wait", "refuse"),
            "what to do while another run has one of the devices: wait until it has ended, or refuse to run",
            AtRestart.FREE),

    LOGGING_STEPS("logging.steps", "1", new Whole(1), "steps between two lines in the log", AtRestart.FREE),
    SAVE_STEPS("save.steps", "10", new Whole(1), "steps between two checkpoints", AtRestart.FREE),
    SAVE_TOTAL_LIMIT("save.total.limit", "0", new Whole(0), "the most checkpoints to keep; 0 keeps all",
            AtRestart.FREE),
    WATCHDOG_LOSS_FACTOR("watchdog.loss.factor", "3", new Factor(),
            "a loss of more than so many times the median of the latest ones stops the run; 0 for never",
            AtRestart.FREE),
    EVALUATION_SHARE("evaluation.share", "0.05", Decimal.betweenZeroAndOne(),
            "share of the rows that is never trained on"),
    EVALUATION_QUESTION("evaluation.question",
            "一个患有急性阑尾炎的病人已经发病5天，腹痛稍有减轻但仍然发热，在体检时发现右下腹有压痛的包块，此时应如何处理？",
            new Words(), "question answered by the base model and the fine-tuned one", AtRestart.UNTIL_EVALUATED),
    EVALUATION_GENERATION_ROWS("evaluation.generation.rows", "4", new Whole(0),
            "so many of the held-out rows are answered by both models; the likelihood is of all of them",
            AtRestart.UNTIL_EVALUATED),
    EVALUATION_MAX_NEW_TOKENS("evaluation.max.new.tokens", "128", new Whole(1),
            "the most tokens of an answer; fewer than reasoning and answer take cut them off",
            AtRestart.UNTIL_EVALUATED),
    ADAPTER_NAME("adapter.name", "",
            Shaped.of("|[\\p{Alnum}][\\p{Alnum}._-]{0,99}",
                    "up to 100 letters, digits, dots, hyphens and underscores, beginning with a letter or a digit"),
            "name of the published adapter; empty for one made of the model's and the run's", AtRestart.FREE);

    private static final Map<String, FineTuneParameter> BY_KEY =
            Arrays.stream(values()).collect(Collectors.toMap(FineTuneParameter::key, Function.identity()));

    private final JobParameter definition;
    private final AtRestart atRestart;

    /** Whether a run that goes on may have another value than it began with. */
    public enum AtRestart {

        /** The adapter would be another one: such a change is refused. */
        FIXED,

        /** Another place of the same thing: what is in the file or folder must not differ. */
        SAME_CONTENT,

        /** The adapter does not depend on it, but the evaluation does: until that is done. */
        UNTIL_EVALUATED,

        /** The adapter does not depend on it. */
        FREE
    }

    FineTuneParameter(String key, String defaultText, ParameterType type, String explanation) {
        this(key, defaultText, type, explanation, AtRestart.FIXED);
    }

    FineTuneParameter(String key, String defaultText, ParameterType type, String explanation, AtRestart atRestart) {
        this.definition = new JobParameter(key, defaultText, type, explanation);
        this.atRestart = atRestart;
    }

    /** What is defined of it as of any parameter of a job. */
    public JobParameter definition() {
        return definition;
    }

    /** The name an operator gives, such as {@code lora.r}. */
    public String key() {
        return definition.key();
    }

    /** The value, as text, of a parameter that is not given. */
    public String defaultText() {
        return definition.defaultText();
    }

    /** One line that says what it means. */
    public String explanation() {
        return definition.explanation();
    }

    /** All values that there are, in the order of their explanation; none where they cannot be listed. */
    public List<String> words() {
        return definition.words();
    }

    /** Which numbers it takes, such as {@code ≥ 0, < 1}; empty where it takes no number. */
    public String range() {
        return definition.range();
    }

    /** Whether it may change when a run goes on. */
    public AtRestart atRestart() {
        return atRestart;
    }

    /** The parameter of that name. */
    public static Optional<FineTuneParameter> of(String key) {
        return Optional.ofNullable(BY_KEY.get(key));
    }

    /** The name that differs from {@code unknown} by the fewest letters. */
    static String nearestKey(String unknown) {
        return EditDistance.nearest(unknown, BY_KEY.keySet());
    }

    Object parse(String text) {
        return definition.parse(text);
    }
}
