package org.medtune.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
import org.medtune.training.GradientCheckpointing;
import org.medtune.training.LearningRateSchedule;
import org.medtune.training.LoraTrainer;
import org.medtune.training.MomentStorage;
import org.medtune.training.Packing;
import org.medtune.training.RowOrder;
import org.medtune.training.StepReport;
import org.medtune.training.TrainingConfiguration;

/**
 * Training on one device, on two, and so on up to all that are named: the same steps of eight micro-batches of random
 * rows. Each line names the rate, how often that of one device it is, and the losses, which differ by rounding alone.
 */
public final class DataParallelBenchmark {

    private static final int STEPS = 6;
    private static final int WARM_UP = 2;
    private static final int MICRO_BATCHES = 8;
    private static final LoraConfiguration LORA =
            new LoraConfiguration(16, 16, 0, EnumSet.allOf(Projection.class), BiasTraining.NONE, false);

    private DataParallelBenchmark() {}

    /**
     * The arguments are the model folder, devices separated by commas (one may be named again), the rows of a
     * micro-batch, the tokens of a row, and NONE or NF4.
     */
    public static void main(String[] arguments) {
        ModelFolder folder = ModelFolder.open(Path.of(arguments[0]));
        List<ComputeDevice> devices = Arrays.stream(arguments[1].split(",")).map(ComputeDevice::named).toList();
        int rows = Integer.parseInt(arguments[2]);
        int length = Integer.parseInt(arguments[3]);
        Quantization quantization = Quantization.valueOf(arguments[4]);
        ElementType type = devices.get(0).accelerator() ? ElementType.BFLOAT16 : ElementType.FLOAT32;
        List<CausalLanguageModel> models = new ArrayList<>();
        try {
            devices.forEach(device -> models.add(CausalLanguageModel.load(folder, device, type, quantization)));
            double alone = train(models.subList(0, 1), rows, length);
            System.out.printf("1 device: %.0f tokens/s%n", alone);
            for (int count = 2; count <= models.size(); count++) {
                double rate = train(models.subList(0, count), rows, length);
                System.out.printf("%d devices: %.0f tokens/s, %.2f times one%n", count, rate, rate / alone);
            }
        } finally {
            models.forEach(CausalLanguageModel::close);
        }
    }

    /** The tokens a second after the first steps. */
    private static double train(List<CausalLanguageModel> models, int rowsOfMicroBatch, int length) {
        CausalLanguageModel first = models.get(0);
        SplittableRandom random = new SplittableRandom(5);
        List<int[]> rows = IntStream.range(0, 2 * MICRO_BATCHES * rowsOfMicroBatch)
                .mapToObj(i -> random.ints(length, 0, first.configuration().vocabularySize()).toArray())
                .toList();
        TrainingConfiguration configuration = new TrainingConfiguration(rowsOfMicroBatch, MICRO_BATCHES, STEPS, 2, 2e-4,
                LearningRateSchedule.LINEAR,
                new TrainingConfiguration.Adam(0.9, 0.999, 1e-8, 0.01, MomentStorage.EIGHT_BIT), 1.0, 3407,
                GradientCheckpointing.ON);
        try (LoraAdapter adapter = LoraAdapter.initialize(first, LORA, 3407);
                LoraTrainer trainer = new LoraTrainer(models, adapter, configuration, rows::get, Packing.NONE,
                        RowOrder.shuffled(rows.size(), configuration.rowsPerStep(), 3407))) {
            while (trainer.stepsDone() < STEPS) {
                trainer.step();
            }
            List<StepReport> measured = trainer.history().subList(WARM_UP, STEPS);
            System.out.printf("losses %s%n", trainer.history().stream().map(StepReport::loss).toList());
            return measured.stream().mapToLong(StepReport::tokens).sum()
                    / measured.stream().mapToDouble(StepReport::seconds).sum();
        }
    }
}
