package org.medtune.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.Continuation;
import org.medtune.model.KeyValueCache;
import org.medtune.model.KeyValueCaches;
import org.medtune.model.ModelFolder;
import org.medtune.model.NextToken;
import org.medtune.model.Projection;
import org.medtune.model.Quantization;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.training.GradientCheckpointing;
import org.medtune.training.LearningRateSchedule;
import org.medtune.training.LoraTrainer;
import org.medtune.training.MomentStorage;
import org.medtune.training.RowOrder;
import org.medtune.training.StepReport;
import org.medtune.training.TrainingConfiguration;

/**
 * Training of a model folder on an accelerator in bfloat16, on random rows of full length, 2 x 2048 tokens a step, and
 * decoding with an adapter after 512 tokens. Each line names the rate, the share of the rate that a large matrix
 * product reaches, at 4 floating-point operations a matrix parameter and token, and the memory of the device that the
 * driver counts as taken: what PyTorch has reserved, and the CUDA context.
 */
public final class AcceleratorBenchmark {

    private static final int LENGTH = 2049;
    private static final int STEPS = 8;
    private static final int WARM_UP = 3;
    private static final int PROMPT = 512;
    private static final int DECODED = 64;
    private static final LoraConfiguration LORA =
            new LoraConfiguration(16, 16, 0, EnumSet.allOf(Projection.class), BiasTraining.NONE, false);

    private AcceleratorBenchmark() {}

    /**
     * The arguments are the model folder, the devices, NONE or NF4, and what to measure: training with
     * {@code checkpointing}, {@code offloading} or {@code retaining}, {@code decoding}. Behind a way of training stands
     * the number of micro-batches of a step, {@code retaining:4}; without it, there is one for each device.
     */
    public static void main(String[] arguments) throws Exception {
        ModelFolder folder = ModelFolder.open(Path.of(arguments[0]));
        List<ComputeDevice> devices = ComputeDevice.allNamed(arguments[1]);
        Quantization quantization = Quantization.valueOf(arguments[2]);
        long started = System.nanoTime();
        List<CausalLanguageModel> models = new ArrayList<>();
        try {
            for (ComputeDevice device : devices) {
                models.add(CausalLanguageModel.load(folder, device, ElementType.BFLOAT16, quantization));
            }
            System.out.printf("%s on %s loaded in %.1f s, %s MiB taken%n", quantization, arguments[1],
                    (System.nanoTime() - started) / 1e9, takenMebibytes());
            double rate = MatrixRate.measure(models.get(0)).gigaflops();
            // asks for free memory, which gives back what the product took
            devices.get(0).availableBytes();
            System.out.printf("matrix rate %.0f GFLOP/s%n", rate);
            for (String mode : Arrays.asList(arguments).subList(3, arguments.length)) {
                String[] parts = mode.split(":");
                int microBatches = parts.length > 1 ? Integer.parseInt(parts[1]) : devices.size();
                switch (parts[0]) {
                    case "checkpointing" -> train(models, GradientCheckpointing.ON, microBatches, rate);
                    case "offloading" -> train(models, GradientCheckpointing.OFFLOAD, microBatches, rate);
                    case "retaining" -> train(models, GradientCheckpointing.NONE, microBatches, rate);
                    case "decoding" -> decode(models);
                    default -> throw new IllegalArgumentException(mode);
                }
            }
        } finally {
            models.forEach(CausalLanguageModel::close);
        }
    }

    private static void train(List<CausalLanguageModel> models, GradientCheckpointing checkpointing, int microBatches,
            double rate) throws IOException {
        CausalLanguageModel model = models.get(0);
        SplittableRandom random = new SplittableRandom(5);
        List<int[]> rows = IntStream.range(0, 64)
                .mapToObj(i -> random.ints(LENGTH, 0, model.configuration().vocabularySize()).toArray())
                .toList();
        MomentStorage moments =
                model.quantization() == Quantization.NONE ? MomentStorage.FLOAT32 : MomentStorage.EIGHT_BIT;
        TrainingConfiguration configuration = new TrainingConfiguration(2, microBatches, STEPS, 2, 2e-4,
                LearningRateSchedule.LINEAR, new TrainingConfiguration.Adam(0.9, 0.999, 1e-8, 0.01, moments), 1.0,
                3407, checkpointing);
        try (LoraAdapter adapter = LoraAdapter.initialize(model, LORA, 3407);
                LoraTrainer trainer = new LoraTrainer(models, adapter, configuration, rows::get,
                        RowOrder.shuffled(rows.size(), configuration.rowsPerStep(), 3407))) {
            double seconds = 0;
            long tokens = 0;
            List<String> steps = new ArrayList<>();
            while (trainer.stepsDone() < STEPS) {
                StepReport report = trainer.step();
                if (report.step() > WARM_UP) {
                    seconds += report.seconds();
                    tokens += report.tokens();
                }
                steps.add(String.format("%.3f s (%.6f)", report.seconds(), report.loss()));
            }
            double gigaflops = 4.0 * model.configuration().matrixParameters() * tokens / seconds / 1e9;
            System.out.printf("training, checkpointing %s, moments %s, %d micro-batches on %d devices: %.0f tokens/s, "
                    + "%.0f %% of the matrix rate, %s MiB taken; steps (losses): %s%n", checkpointing.parameterName(),
                    moments, microBatches, models.size(), tokens / seconds, 100 * gigaflops / rate / models.size(),
                    takenMebibytes(), String.join(", ", steps));
        }
    }

    private static void decode(List<CausalLanguageModel> models) throws Exception {
        for (int batch : new int[] {1, 8, 32}) {
            decode(models, batch, true);
        }
        decode(models, 1, false);
    }

    /** Each model in a thread of its own. */
    private static void decode(List<CausalLanguageModel> models, int batch, boolean withAdapter) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(models.size());
        try {
            List<Future<double[]>> all = new ArrayList<>();
            for (CausalLanguageModel model : models) {
                all.add(threads.submit(() -> decode(model, batch, withAdapter)));
            }
            double decoded = 0;
            double prefilled = 0;
            for (Future<double[]> one : all) {
                decoded += one.get()[0];
                prefilled += one.get()[1];
            }
            System.out.printf("decoding %d on each of %d devices with%s adapter: %.1f tokens/s, prefill %.0f tokens/s, "
                    + "%s MiB taken%n", batch, models.size(), withAdapter ? " an" : "out", decoded, prefilled,
                    takenMebibytes());
        } finally {
            threads.shutdown();
        }
    }

    private static double[] decode(CausalLanguageModel model, int batch, boolean withAdapter) {
        try (LoraAdapter adapter = LoraAdapter.initialize(model, LORA, 3407);
                KeyValueCaches caches = new KeyValueCaches(model, 16L << 30)) {
            return decode(model, withAdapter ? adapter.active() : model.noAdapter(), caches, batch);
        }
    }

    /** Tokens a second of all sequences together, decoding and prefill. */
    private static double[] decode(CausalLanguageModel model, ActiveAdapter adapter, KeyValueCaches caches,
            int batch) {
        int[] prompt = new SplittableRandom(7).ints(PROMPT, 0, model.configuration().vocabularySize()).toArray();
        List<KeyValueCache> taken = new ArrayList<>();
        try {
            double prefill = 0;
            List<Continuation> next = new ArrayList<>();
            for (int i = 0; i < batch; i++) {
                KeyValueCache cache = caches.take(PROMPT + 2 * DECODED + 1).orElseThrow();
                taken.add(cache);
                long started = System.nanoTime();
                NextToken token = model.prefill(new Continuation(prompt, cache, adapter, false));
                prefill = (System.nanoTime() - started) / 1e9;
                next.add(new Continuation(new int[] {token.mostLikely()}, cache, adapter, false));
            }
            long started = 0;
            for (int step = -DECODED; step < DECODED; step++) {
                if (step == 0) {
                    started = System.nanoTime();
                }
                List<NextToken> tokens = model.step(next);
                for (int i = 0; i < batch; i++) {
                    next.set(i, new Continuation(new int[] {tokens.get(i).mostLikely()}, taken.get(i), adapter, false));
                }
            }
            double seconds = (System.nanoTime() - started) / 1e9;
            return new double[] {batch * DECODED / seconds, PROMPT / prefill};
        } finally {
            taken.forEach(KeyValueCache::close);
        }
    }

    private static String takenMebibytes() throws IOException {
        Process query = new ProcessBuilder("nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits")
                .redirectErrorStream(true).start();
        try (var output = query.getInputStream()) {
            return new String(output.readAllBytes(), StandardCharsets.UTF_8).strip().replace('\n', '/');
        }
    }
}
