package org.medtune.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
     * The arguments are the model folder, the device, NONE or NF4, and what to measure: training with
     * {@code checkpointing}, {@code offloading} or {@code retaining}, {@code decoding}.
     */
    public static void main(String[] arguments) throws IOException {
        ModelFolder folder = ModelFolder.open(Path.of(arguments[0]));
        ComputeDevice device = ComputeDevice.named(arguments[1]);
        Quantization quantization = Quantization.valueOf(arguments[2]);
        long started = System.nanoTime();
        try (CausalLanguageModel model =
                CausalLanguageModel.load(folder, device, ElementType.BFLOAT16, quantization)) {
            System.out.printf("%s loaded in %.1f s, %s MiB taken%n", quantization,
                    (System.nanoTime() - started) / 1e9, takenMebibytes());
            double rate = MatrixRate.measure(model).gigaflops();
            System.out.printf("matrix rate %.0f GFLOP/s%n", rate);
            for (String mode : Arrays.asList(arguments).subList(3, arguments.length)) {
                switch (mode) {
                    case "checkpointing" -> train(model, GradientCheckpointing.ON, rate);
                    case "offloading" -> train(model, GradientCheckpointing.OFFLOAD, rate);
                    case "retaining" -> train(model, GradientCheckpointing.NONE, rate);
                    case "decoding" -> decode(model);
                    default -> throw new IllegalArgumentException(mode);
                }
            }
        }
    }

    private static void train(CausalLanguageModel model, GradientCheckpointing checkpointing, double rate) throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        List<int[]> rows = IntStream.range(0, 16)
                .mapToObj(i -> random.ints(LENGTH, 0, model.configuration().vocabularySize()).toArray())
                .toList();
        MomentStorage moments =
                model.quantization() == Quantization.NONE ? MomentStorage.FLOAT32 : MomentStorage.EIGHT_BIT;
        TrainingConfiguration configuration = new TrainingConfiguration(2, 1, STEPS, 2, 2e-4,
                LearningRateSchedule.LINEAR, new TrainingConfiguration.Adam(0.9, 0.999, 1e-8, 0.01, moments), 1.0,
                3407, checkpointing);
        try (LoraAdapter adapter = LoraAdapter.initialize(model, LORA, 3407);
                LoraTrainer trainer = new LoraTrainer(model, adapter, configuration, rows::get,
                        RowOrder.shuffled(rows.size(), 2, 3407))) {
            double seconds = 0;
            long tokens = 0;
            List<String> steps = new ArrayList<>();
            while (trainer.stepsDone() < STEPS) {
                StepReport report = trainer.step();
                if (report.step() > WARM_UP) {
                    seconds += report.seconds();
                    tokens += report.tokens();
                }
                steps.add(String.format("%.3f s (%.3f)", report.seconds(), report.loss()));
            }
            double gigaflops = 4.0 * model.configuration().matrixParameters() * tokens / seconds / 1e9;
            System.out.printf("training, checkpointing %s, moments %s: %.0f tokens/s, %.0f %% of the matrix rate, "
                    + "%s MiB taken; steps (losses): %s%n", checkpointing.parameterName(), moments, tokens / seconds,
                    100 * gigaflops / rate, takenMebibytes(), String.join(", ", steps));
        }
    }

    private static void decode(CausalLanguageModel model) throws IOException {
        try (LoraAdapter adapter = LoraAdapter.initialize(model, LORA, 3407);
                KeyValueCaches caches = new KeyValueCaches(model, 16L << 30)) {
            for (int batch : new int[] {1, 8, 32}) {
                decode(model, adapter.active(), caches, batch);
            }
            decode(model, model.noAdapter(), caches, 1);
        }
    }

    private static void decode(CausalLanguageModel model, ActiveAdapter adapter, KeyValueCaches caches, int batch)
            throws IOException {
        int[] prompt = new SplittableRandom(7).ints(PROMPT, 0, model.configuration().vocabularySize()).toArray();
        List<KeyValueCache> taken = new ArrayList<>();
        try {
            double prefill = 0;
            List<Continuation> next = new ArrayList<>();
            for (int i = 0; i < batch; i++) {
                KeyValueCache cache = caches.take(PROMPT + 2 * DECODED).orElseThrow();
                taken.add(cache);
                long started = System.nanoTime();
                NextToken token = model.prefill(new Continuation(prompt, cache, adapter, false));
                prefill = (System.nanoTime() - started) / 1e9;
                next.add(new Continuation(new int[] {token.mostLikely()}, cache, adapter, false));
            }
            long started = 0;
            for (int step = -DECODED / 2; step < DECODED; step++) {
                if (step == 0) {
                    started = System.nanoTime();
                }
                List<NextToken> tokens = model.step(next);
                for (int i = 0; i < batch; i++) {
                    next.set(i, new Continuation(new int[] {tokens.get(i).mostLikely()}, taken.get(i), adapter, false));
                }
            }
            double seconds = (System.nanoTime() - started) / 1e9;
            System.out.printf("decoding %d with%s adapter: %.1f tokens/s, prefill %.0f tokens/s, %s MiB taken%n", batch,
                    adapter == model.noAdapter() ? "out" : " an", batch * DECODED / seconds, PROMPT / prefill,
                    takenMebibytes());
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
