package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.adapter.AdapterRecord;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.generation.TextGenerator;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.Projection;
import org.medtune.tensor.ElementType;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.NativeMemory;
import org.medtune.testing.ShortRows;
import org.medtune.training.CheckpointStore;
import org.medtune.training.LoraTrainer;
import org.medtune.training.RunFingerprint;

/** Work that is repeated takes no more memory than work that is done once. Memory is compared after a warm-up. */
class NativeMemoryIT {

    private static final LoraConfiguration LORA =
            new LoraConfiguration(4, 8, 0.1, EnumSet.allOf(Projection.class), BiasTraining.ALL, false);
    private static final Percentage FLAT = Percentage.withPercentage(5);

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
    @ValueSource(booleans = {true, false})
    void aThousandTrainingStepsTakeNoMoreThanTwoHundred(boolean gradientCheckpointing) {
        try (LoraAdapter adapter = LoraAdapter.initialize(model, LORA, 1);
                LoraTrainer trainer =
                        ShortRows.trainer(model, adapter, ShortRows.recipe(1000, gradientCheckpointing))) {
            // given
            repeat(200, trainer::step);
            long before = NativeMemory.bytes();

            // when
            repeat(800, trainer::step);

            // then
            assertThat(trainer.stepsDone()).isEqualTo(1000);
            assertThat(NativeMemory.bytes()).isCloseTo(before, FLAT);
        }
    }

    @Test
    void threeHundredGenerationsTakeNoMoreThanSixty() {
        try (LoraAdapter adapter = LoraAdapter.initialize(model, LORA, 1)) {
            // given
            TextGenerator generator = new TextGenerator(model);
            int[] prompt = new ShortRows().tokenIds(9);
            Runnable generation = () -> generator.greedy(prompt, 12, Set.of(), adapter.active());
            repeat(60, generation);
            long before = NativeMemory.bytes();

            // when
            repeat(240, generation);

            // then
            assertThat(NativeMemory.bytes()).isCloseTo(before, FLAT);
        }
    }

    @Test
    void fourHundredCheckpointsTakeNoMoreThanAHundred(@TempDir Path folder) {
        try (LoraAdapter adapter = LoraAdapter.initialize(model, LORA, 1);
                LoraTrainer trainer = ShortRows.trainer(model, adapter, ShortRows.recipe(1, true))) {
            // given: the first hundred are written while the compiler is still at work
            trainer.step();
            AtomicInteger runs = new AtomicInteger();
            Runnable checkpoint = () -> new CheckpointStore(folder.resolve("run-" + runs.incrementAndGet()),
                    new RunFingerprint(Map.of("seed", "1")), "models/tiny-med-qwen2",
                    new AdapterRecord("medical", 2048, 0, "none")).save(trainer);
            repeat(100, checkpoint);
            long before = NativeMemory.bytes();

            // when
            repeat(300, checkpoint);

            // then
            assertThat(NativeMemory.bytes()).isCloseTo(before, FLAT);
        }
    }

    private static void repeat(int times, Runnable work) {
        for (int i = 0; i < times; i++) {
            work.run();
        }
    }
}
