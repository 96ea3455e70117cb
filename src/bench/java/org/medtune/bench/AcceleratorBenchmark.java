package org.medtune.bench;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.ModelFolder;
import org.medtune.model.Projection;
import org.medtune.model.Quantization;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.training.LearningRateSchedule;
import org.medtune.training.LoraTrainer;
import org.medtune.training.MomentStorage;
import org.medtune.training.RowOrder;
import org.medtune.training.StepReport;
import org.medtune.training.TrainingConfiguration;

/** Training of a model folder on random rows of full length: 2 x 2048 tokens a step in bfloat16. */
public final class AcceleratorBenchmark {

    private static final int LENGTH = 2049;
    private static final int STEPS = 8;
    private static final int WARM_UP = 2;

    private AcceleratorBenchmark() {}

    /** The arguments are the model folder, the device, and NF4 for projections in 4 bits. */
    public static void main(String[] arguments) {
        ModelFolder folder = ModelFolder.open(Path.of(arguments[0]));
        ComputeDevice device = ComputeDevice.named(arguments[1]);
        long started = System.nanoTime();
        Quantization quantization = arguments.length > 2 ? Quantization.valueOf(arguments[2]) : Quantization.NONE;
        try (CausalLanguageModel model =
                CausalLanguageModel.load(folder, device, ElementType.BFLOAT16, quantization)) {
            System.out.printf("loaded in %.1f s%n", (System.nanoTime() - started) / 1e9);
            System.out.printf("matrix rate %.0f GFLOP/s%n", MatrixRate.measure(model).gigaflops());
            train(model, true);
            train(model, false);
        }
    }

    private static void train(CausalLanguageModel model, boolean checkpointing) {
        SplittableRandom random = new SplittableRandom(5);
        List<int[]> rows = IntStream.range(0, 16)
                .mapToObj(i -> random.ints(LENGTH, 0, model.configuration().vocabularySize()).toArray())
                .toList();
        TrainingConfiguration configuration = new TrainingConfiguration(2, 1, STEPS, 2, 2e-4,
                LearningRateSchedule.LINEAR,
                new TrainingConfiguration.Adam(0.9, 0.999, 1e-8, 0.01, MomentStorage.FLOAT32), 1.0, 3407,
                checkpointing);
        LoraConfiguration lora =
                new LoraConfiguration(16, 16, 0, EnumSet.allOf(Projection.class), BiasTraining.NONE, false);
        try (LoraAdapter adapter = LoraAdapter.initialize(model, lora, 3407);
                LoraTrainer trainer = new LoraTrainer(model, adapter, configuration, rows::get,
                        RowOrder.shuffled(rows.size(), 2, 3407))) {
            double seconds = 0;
            long tokens = 0;
            while (trainer.stepsDone() < STEPS) {
                StepReport report = trainer.step();
                if (report.step() > WARM_UP) {
                    seconds += report.seconds();
                    tokens += report.tokens();
                }
                System.out.printf("step %d loss %.4f %.3f s%n", report.step(), report.loss(), report.seconds());
            }
            System.out.printf("bf16, checkpointing %s: %.0f tokens/s, %.0f GFLOP/s at 4 a parameter%n",
                    checkpointing ? "on" : "off", tokens / seconds,
                    4.0 * model.configuration().matrixParameters() * tokens / seconds / 1e9);
        }
    }
}
