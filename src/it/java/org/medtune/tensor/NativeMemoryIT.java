package org.medtune.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.MedtuneException;
import org.medtune.adapter.AdapterRecord;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.generation.Generation;
import org.medtune.generation.GenerationEngine;
import org.medtune.generation.GenerationLimits;
import org.medtune.generation.GenerationListener;
import org.medtune.generation.GenerationRequest;
import org.medtune.generation.ModelSession;
import org.medtune.generation.SamplingParameters;
import org.medtune.generation.TextGenerator;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.Projection;
import org.medtune.model.Tokenizer;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.Golden;
import org.medtune.testing.NativeMemory;
import org.medtune.testing.ShortRows;
import org.medtune.testing.WholeLength;
import org.medtune.training.CheckpointStore;
import org.medtune.training.GradientCheckpointing;
import org.medtune.training.LoraTrainer;
import org.medtune.training.RunFingerprint;

/**
 * Work that is repeated takes no more memory than work that is done once. Memory is compared after a warm-up, which takes
 * less than one part in a hundred more after the first few times; the limit is about 20 MiB. So a training step that keeps
 * an eighth of a MiB is noticed, and one that keeps 25 KiB in the whole length ({@link WholeLength}).
 */
class NativeMemoryIT {

    private static final LoraConfiguration LORA =
            new LoraConfiguration(4, 8, 0.1, EnumSet.allOf(Projection.class), BiasTraining.ALL, false);
    /** What is let go of counts as well as what stays flat. */
    private static final double FLAT = 1.05;

    private static CausalLanguageModel model;

    @BeforeAll
    static void load() {
        model = EmbeddedModel.load(ElementType.FLOAT32);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @ParameterizedTest(name = "gradient checkpointing: {0}")
    @CsvSource({"ON, 200, 1000", "NONE, 120, 500"})
    void manyTrainingStepsTakeNoMoreThanAFew(GradientCheckpointing gradientCheckpointing, int forEveryBuild, int whole) {
        int steps = WholeLength.or(forEveryBuild, whole);
        int few = WholeLength.or(40, 200);
        try (LoraAdapter adapter = LoraAdapter.initialize(model, LORA, 1);
                LoraTrainer trainer =
                        ShortRows.trainer(model, adapter, ShortRows.recipe(steps, gradientCheckpointing))) {
            // given
            repeat(few, trainer::step);
            long before = NativeMemory.bytes();

            // when
            repeat(steps - few, trainer::step);

            // then
            assertThat(trainer.stepsDone()).isEqualTo(steps);
            assertThat((double) NativeMemory.bytes()).isLessThan(before * FLAT);
        }
    }

    @Test
    void manyGenerationsTakeNoMoreThanAFew() {
        try (LoraAdapter adapter = LoraAdapter.initialize(model, LORA, 1)) {
            // given
            TextGenerator generator = new TextGenerator(model);
            int[] prompt = new ShortRows().tokenIds(9);
            Runnable generation = () -> generator.greedy(prompt, 12, Set.of(), adapter.active());
            repeat(WholeLength.or(20, 60), generation);
            long before = NativeMemory.bytes();

            // when
            repeat(WholeLength.or(80, 240), generation);

            // then
            assertThat((double) NativeMemory.bytes()).isLessThan(before * FLAT);
        }
    }

    @Test
    void manyRequestsOfAnEngineWithSomeCancelledTakeNoMoreThanAFew() {
        GenerationLimits limits = new GenerationLimits(32, 300, 300, 1L << 30, Duration.ofMinutes(1));
        try (Tokenizer tokenizer = Tokenizer.open(Golden.MODEL);
                LoraAdapter adapter = LoraAdapter.initialize(model, LORA, 1);
                GenerationEngine engine =
                        new GenerationEngine(() -> new LoadedModel(adapter), tokenizer, 2048, limits)) {
            // given
            Random random = new Random(1);
            requests(engine, random, WholeLength.or(40, 60));
            long before = NativeMemory.bytes();

            // when
            requests(engine, random, WholeLength.or(80, 140));

            // then: no more, but it may be less, as the heap may have been given back meanwhile
            assertThat(NativeMemory.bytes()).isLessThan((long) (1.05 * before));
        }
    }

    /**
     * Requests in groups, a third of them cancelled at some time; back when all have ended. Prompts are of few lengths,
     * since oneDNN keeps what it has compiled for each length, up to a bound that random ones reach late, and all need
     * caches of one capacity, which the first group takes.
     */
    private static void requests(GenerationEngine engine, Random random, int count) {
        for (int left = count; left > 0; left -= 20) {
            List<Ending> endings = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                int[] prompt = random.ints(5 + 100 * random.nextInt(5), 0, 8000).toArray();
                SamplingParameters sampling =
                        new SamplingParameters(0.8, 0.95, 0, 1, i, 1 + random.nextInt(60), List.of());
                Ending ending = new Ending(random.nextInt(3) == 0 ? random.nextInt(20) : Integer.MAX_VALUE);
                ending.generation = engine.submit(new GenerationRequest("user" + i % 3, i % 2 == 0 ? "" : "adapter",
                        prompt, sampling, Set.of()), ending);
                endings.add(ending);
            }
            await().atMost(Duration.ofMinutes(3)).until(() -> endings.stream().allMatch(ending -> ending.ended));
        }
    }

    private record LoadedModel(LoraAdapter lora) implements ModelSession {

        @Override
        public CausalLanguageModel model() {
            return model;
        }

        @Override
        public ActiveAdapter adapter(String name) {
            return name.isEmpty() ? model.noAdapter() : lora.active();
        }

        @Override
        public void release(String name) {
            // the test's own adapter stays
        }

        @Override
        public void close() {
            // and so does the model
        }
    }

    private static final class Ending implements GenerationListener {

        private final int cancelAfter;
        private volatile Generation generation;
        private volatile boolean ended;

        Ending(int cancelAfter) {
            this.cancelAfter = cancelAfter;
        }

        @Override
        public void started() {
            // nothing to do
        }

        @Override
        public void token(String piece, int tokens) {
            if (tokens > cancelAfter && generation != null) {
                generation.cancel();
            }
        }

        @Override
        public void ended(End end, MedtuneException failure) {
            ended = true;
        }
    }

    @Test
    void manyCheckpointsTakeNoMoreThanAFew(@TempDir Path folder) {
        try (LoraAdapter adapter = LoraAdapter.initialize(model, LORA, 1);
                LoraTrainer trainer = ShortRows.trainer(model, adapter, ShortRows.recipe(1, GradientCheckpointing.ON))) {
            // given: the first are written while the compiler is still at work
            trainer.step();
            AtomicInteger runs = new AtomicInteger();
            Runnable checkpoint = () -> new CheckpointStore(folder.resolve("run-" + runs.incrementAndGet()),
                    new RunFingerprint(Map.of("seed", "1")), "models/tiny-med-qwen2",
                    new AdapterRecord("medical", 2048, 0, "base", "none")).save(trainer);
            repeat(WholeLength.or(60, 100), checkpoint);
            long before = NativeMemory.bytes();

            // when
            repeat(WholeLength.or(140, 300), checkpoint);

            // then
            assertThat((double) NativeMemory.bytes()).isLessThan(before * FLAT);
        }
    }

    private static void repeat(int times, Runnable work) {
        for (int i = 0; i < times; i++) {
            work.run();
        }
    }
}
