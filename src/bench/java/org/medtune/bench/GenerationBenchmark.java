package org.medtune.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.medtune.MedtuneException;
import org.medtune.generation.GenerationEngine;
import org.medtune.generation.GenerationLimits;
import org.medtune.generation.GenerationListener;
import org.medtune.generation.GenerationRequest;
import org.medtune.generation.ModelSession;
import org.medtune.generation.SamplingParameters;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.ModelFolder;
import org.medtune.model.Tokenizer;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.TensorRuntime;

/**
 * The speed of answers to 1, 8 and 32 clients who ask at the same moment, each with a prompt of 200 tokens and an
 * answer of 128: the time to the first token, the tokens of all together a second from the first client's question to
 * the last one's answer, and the same without prompts, between the moment when all have their first token and the end
 * of the first answer. Each line is the best of some rounds, since other work on the machine only ever makes it slower.
 */
public final class GenerationBenchmark {

    private static final Path MODEL = Path.of("models/tiny-med-qwen2");
    private static final int PROMPT = 200;
    private static final int ANSWER = 128;
    private static final int ROUNDS = 5;

    private GenerationBenchmark() {}

    /**
     * The arguments are the model folder, the devices and the numbers of clients, such as {@code 1,8,32,128}; with
     * these, answers are greedy only. Without any, it is the embedded model on the processor.
     */
    public static void main(String[] arguments) throws InterruptedException {
        ModelFolder folder = ModelFolder.open(arguments.length > 0 ? Path.of(arguments[0]) : MODEL);
        List<ComputeDevice> devices = ComputeDevice.allNamed(arguments.length > 1 ? arguments[1] : "cpu");
        List<Integer> clients = Arrays.stream((arguments.length > 2 ? arguments[2] : "1,8,32").split(","))
                .map(Integer::valueOf).toList();
        boolean accelerated = devices.get(0).accelerator();
        ElementType type = accelerated ? ElementType.BFLOAT16 : ElementType.FLOAT32;
        System.out.printf("%s, devices %s%n", TensorRuntime.describe(),
                devices.stream().map(ComputeDevice::deviceName).toList());
        List<CausalLanguageModel> models = new ArrayList<>();
        try (Tokenizer tokenizer = Tokenizer.open(folder.path())) {
            devices.forEach(device -> models.add(CausalLanguageModel.load(folder, device, type)));
            List<Supplier<ModelSession>> replicas = models.stream()
                    .map(model -> (Supplier<ModelSession>) () -> new LoadedModel(model))
                    .toList();
            try (GenerationEngine engine = new GenerationEngine(replicas, tokenizer,
                    models.get(0).configuration().maxPositionEmbeddings(),
                    new GenerationLimits(32, 128, 128, (accelerated ? 16L : 1L) << 30, Duration.ofMinutes(1)))) {
                System.out.printf("%-8s %8s %22s %20s %12s%n", "clients", "drawn", "first token, ms (mean)",
                        "tokens/s, all of it", "decoding");
                for (boolean drawn : arguments.length > 2 ? new boolean[] {false} : new boolean[] {false, true}) {
                    for (int number : clients) {
                        measure(engine, number, drawn);
                    }
                }
            }
        } finally {
            models.forEach(CausalLanguageModel::close);
        }
    }

    private static void measure(GenerationEngine engine, int clients, boolean drawn) throws InterruptedException {
        double firstToken = Double.MAX_VALUE;
        double overall = 0;
        double decoding = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long started = System.nanoTime();
            List<Client> all = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                all.add(new Client());
                engine.submit(request(i, drawn), all.get(i));
            }
            for (Client client : all) {
                client.over.await();
            }
            long lastFirst = all.stream().mapToLong(client -> client.times[0]).max().orElseThrow();
            long firstEnd = all.stream().mapToLong(client -> client.times[ANSWER - 1]).min().orElseThrow();
            long lastEnd = all.stream().mapToLong(client -> client.times[ANSWER - 1]).max().orElseThrow();
            long between = all.stream().flatMapToLong(client -> Arrays.stream(client.times))
                    .filter(time -> time > lastFirst && time <= firstEnd).count();
            firstToken = Math.min(firstToken,
                    all.stream().mapToDouble(client -> (client.times[0] - started) / 1e6).average().orElseThrow());
            overall = Math.max(overall, clients * ANSWER / ((lastEnd - started) / 1e9));
            decoding = Math.max(decoding, between / ((firstEnd - lastFirst) / 1e9));
        }
        System.out.printf("%-8d %8s %22.1f %20.0f %12.0f%n", clients, drawn ? "yes" : "no", firstToken, overall,
                decoding);
    }

    private static GenerationRequest request(int number, boolean drawn) {
        int[] prompt = new SplittableRandom(number).ints(PROMPT, 0, 8000).toArray();
        SamplingParameters sampling = drawn
                ? new SamplingParameters(0.6, 0.95, 0, 1, number, ANSWER, List.of())
                : SamplingParameters.greedy(ANSWER);
        return new GenerationRequest("client " + number, "", prompt, sampling, Set.of());
    }

    private record LoadedModel(CausalLanguageModel model) implements ModelSession {

        @Override
        public ActiveAdapter adapter(String name) {
            return model.noAdapter();
        }

        @Override
        public void release(String name) {
            // there is no adapter
        }

        @Override
        public void close() {
            // the model is the benchmark's
        }
    }

    /** When a client's tokens came. */
    private static final class Client implements GenerationListener {

        private final long[] times = new long[ANSWER];
        private final CountDownLatch over = new CountDownLatch(1);

        @Override
        public void started() {
            // only tokens count
        }

        @Override
        public void token(String piece, int tokens) {
            times[tokens - 1] = System.nanoTime();
        }

        @Override
        public void ended(End end, MedtuneException failure) {
            over.countDown();
        }
    }
}
