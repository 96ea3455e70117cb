package org.medtune.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.dataset.DatasetRow;
import org.medtune.dataset.ExampleReader;
import org.medtune.dataset.ExampleTokenizer;
import org.medtune.dataset.FieldNames;
import org.medtune.dataset.HeldOutSplit;
import org.medtune.dataset.PromptTemplate;
import org.medtune.dataset.RowSelection;
import org.medtune.generation.TextGenerator;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.ModelFolder;
import org.medtune.model.Projection;
import org.medtune.model.Tokenizer;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.TensorRuntime;
import org.medtune.training.GradientCheckpointing;
import org.medtune.training.LearningRateSchedule;
import org.medtune.training.LoraTrainer;
import org.medtune.training.MomentStorage;
import org.medtune.training.RowOrder;
import org.medtune.training.StepReport;
import org.medtune.training.TrainingConfiguration;

/**
 * The speed of the recipe on this machine: 60 optimizer steps of 2 x 4 rows of the sample dataset on the embedded
 * model, with and without gradient checkpointing, in float32 and bfloat16, and greedy decoding. Beside each stands
 * the share of the rate that a large matrix product reaches in the same run, at 4 floating-point operations a matrix
 * parameter and token: a frozen weight takes part in one product forward and one backward. What gradient
 * checkpointing computes twice is not counted.
 */
public final class TrainingBenchmark {

    private static final Path MODEL = Path.of("models/tiny-med-qwen2");
    private static final Path DATASET = Path.of("data/medical-reasoning-sample-zh.jsonl");
    private static final int STEPS = 60;
    private static final double OPERATIONS = 4;

    private TrainingBenchmark() {}

    /** Runs all modes and prints a line for each. */
    public static void main(String[] arguments) {
        ModelFolder folder = ModelFolder.open(MODEL);
        List<int[]> rows = rows();
        ComputeDevice device = ComputeDevice.named(arguments.length > 0 ? arguments[0] : "auto");
        System.out.printf("%s, device %s, %d rows%n", TensorRuntime.describe(), device.deviceName(), rows.size());
        System.out.printf("%-6s %-14s %9s %10s %9s %16s %7s%n", "type", "checkpointing", "seconds", "tokens/s",
                "GFLOP/s", "matrix GFLOP/s", "share");
        for (ElementType type : List.of(ElementType.FLOAT32, ElementType.BFLOAT16)) {
            try (CausalLanguageModel model = CausalLanguageModel.load(folder, device, type)) {
                MatrixRate rate = MatrixRate.measure(model);
                train(model, rows, GradientCheckpointing.NONE, rate);
                train(model, rows, GradientCheckpointing.ON, rate);
                decode(model, rows.get(0), rate);
            }
        }
    }

    private static void train(CausalLanguageModel model, List<int[]> rows, GradientCheckpointing checkpointing,
            MatrixRate rate) {
        TrainingConfiguration configuration = new TrainingConfiguration(2, 4, STEPS, 5, 2e-4,
                LearningRateSchedule.LINEAR,
                new TrainingConfiguration.Adam(0.9, 0.999, 1e-8, 0.01, MomentStorage.FLOAT32), 1.0, 3407,
                checkpointing);
        LoraConfiguration lora =
                new LoraConfiguration(16, 16, 0, EnumSet.allOf(Projection.class), BiasTraining.NONE, false);
        RowOrder order = RowOrder.shuffled(rows.size(), configuration.rowsPerStep(), configuration.seed());
        try (LoraAdapter adapter = LoraAdapter.initialize(model, lora, configuration.seed());
                LoraTrainer trainer = new LoraTrainer(model, adapter, configuration, rows::get, order)) {
            double seconds = 0;
            long tokens = 0;
            while (trainer.stepsDone() < STEPS) {
                StepReport report = trainer.step();
                seconds += report.seconds();
                tokens += report.tokens();
            }
            double gigaflops = OPERATIONS * model.configuration().matrixParameters() * tokens / seconds / 1e9;
            System.out.printf("%-6s %-14s %9.1f %10.0f %9.1f %16.1f %6.0f%%%n", model.type().safetensorsName(),
                    checkpointing.parameterName(), seconds, tokens / seconds, gigaflops, rate.gigaflops(),
                    100 * gigaflops / rate.gigaflops());
        }
    }

    private static void decode(CausalLanguageModel model, int[] row, MatrixRate rate) {
        int[] prompt = Arrays.copyOf(row, 200);
        TextGenerator generator = new TextGenerator(model);
        generator.greedy(prompt, 16, Set.of(), model.noAdapter());
        long started = System.nanoTime();
        int tokens = generator.greedy(prompt, 256, Set.of(), model.noAdapter()).length;
        double seconds = (System.nanoTime() - started) / 1e9;
        double gigaflops = 2.0 * model.configuration().matrixParameters() * tokens / seconds / 1e9;
        System.out.printf("%-6s %-14s %9.1f %10.0f %9.1f %16.1f %6.0f%%%n", model.type().safetensorsName(), "greedy",
                seconds, tokens / seconds, gigaflops, rate.gigaflops(), 100 * gigaflops / rate.gigaflops());
    }

    private static List<int[]> rows() {
        List<int[]> rows = new ArrayList<>();
        try (Tokenizer tokenizer = Tokenizer.open(MODEL);
                ExampleReader reader = ExampleReader.open(DATASET, FieldNames.DEFAULT, RowSelection.ALL)) {
            ExampleTokenizer formatter = new ExampleTokenizer(tokenizer,
                    PromptTemplate.named(PromptTemplate.DEFAULT_NAME), new HeldOutSplit(0), 2048);
            for (Optional<DatasetRow> row = reader.next(); row.isPresent(); row = reader.next()) {
                rows.add(formatter.tokenize(row.get().number(), row.get().example().orElseThrow()).inputIds());
            }
        }
        return rows;
    }
}
