package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.RecoverableException;
import org.medtune.adapter.AdapterRecord;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.adapter.ModulePatterns;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.Projection;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.ShortRows;

/** The processor stands for several devices: each has its replica of the adapter, its gradient and its thread. */
@DisplayName("Training on several devices")
class DataParallelTrainingIT {

    /** 1e-6: only the order of sums of float32 numbers differs. */
    private static final Percentage ROUNDING = Percentage.withPercentage(1e-4);

    private static final LoraConfiguration LORA = new LoraConfiguration(4, 8, 0.1, EnumSet.allOf(Projection.class),
            BiasTraining.ALL, false);
    /** Which leaves the model's biases in force. */
    private static final LoraConfiguration WITHOUT_BIASES =
            new LoraConfiguration(4, 8, 0, EnumSet.allOf(Projection.class), BiasTraining.NONE, false);
    private static final int STEPS = 3;

    private static CausalLanguageModel model;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load() {
        model = EmbeddedModel.load(ElementType.FLOAT32);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @ParameterizedTest(name = "{0} devices, {1} micro-batches a step")
    @CsvSource({"2, 4", "2, 3", "3, 4", "3, 2"})
    @DisplayName("gives the losses and gradient norms of one device, dropout and trained biases included")
    void equalsOneDevice(int devices, int microBatches) {
        // given
        try (LoraAdapter single = adapter();
                LoraAdapter spread = adapter();
                LoraTrainer one = trainer(1, single, microBatches);
                LoraTrainer several = trainer(devices, spread, microBatches)) {
            // when
            train(one, STEPS);
            train(several, STEPS);

            // then
            assertThat(several.history().get(0).loss()).isEqualTo(one.history().get(0).loss());
            assertAlike(several.history(), one.history());
            assertClose(spread, single);
        }
    }

    @Test
    @DisplayName("gives them of packed rows and modules of their own ranks and scalings too")
    void packsAndPatterns() {
        // given
        LoraConfiguration lora = new LoraConfiguration(4, 8, 0, EnumSet.allOf(Projection.class), BiasTraining.NONE,
                false, new ModulePatterns(Map.of("down_proj", 6.0, "k_proj", 1.0)),
                new ModulePatterns(Map.of("v_proj", 3.0)));
        SequencePacks packs = SequencePacks.bestFitDecreasing(IntStream.range(0, ShortRows.COUNT)
                .map(row -> new ShortRows().tokenIds(row).length).toArray(), 24);
        TrainingConfiguration recipe = recipe(3);
        RowOrder order = RowOrder.shuffled(packs.count(), recipe.rowsPerStep(), recipe.seed());
        try (LoraAdapter single = LoraAdapter.initialize(model, lora, 3407);
                LoraAdapter spread = LoraAdapter.initialize(model, lora, 3407);
                LoraTrainer one = new LoraTrainer(List.of(model), single, recipe, new ShortRows(), packs, order);
                LoraTrainer several = new LoraTrainer(
                        List.of(model, model), spread, recipe, new ShortRows(), packs, order)) {
            // when
            train(one, STEPS);
            train(several, STEPS);

            // then
            assertAlike(several.history(), one.history());
            assertClose(spread, single);
        }
    }

    @Test
    @DisplayName("repeats to the last bit")
    void repeats() {
        try (LoraAdapter a = adapter();
                LoraAdapter b = adapter();
                LoraTrainer first = trainer(3, a, 5);
                LoraTrainer second = trainer(3, b, 5)) {
            // when
            train(first, STEPS);
            train(second, STEPS);

            // then
            assertThat(losses(second)).isEqualTo(losses(first));
            assertThat(b.parameters().toFloatArray()).isEqualTo(a.parameters().toFloatArray());
        }
    }

    @Test
    @DisplayName("fails with what failed on a device, and then takes the step as if nothing had happened")
    void aFailingDevice() {
        // given: one row of the step's second micro-batch, which is the second device's, has a token too many
        AtomicBoolean broken = new AtomicBoolean();
        ShortRows rows = new ShortRows();
        int[] wrong = {1, 2, Integer.MAX_VALUE, 3};
        try (LoraAdapter disturbed = adapter();
                LoraAdapter undisturbed = adapter();
                LoraTrainer reference = trainer(2, undisturbed, 4);
                LoraTrainer trainer = ShortRows.trainer(Collections.nCopies(2, model), disturbed, recipe(4),
                        row -> broken.get() && row == secondDevicesRow(2) ? wrong : rows.tokenIds(row))) {
            train(trainer, 1);
            train(reference, 1);
            float[] before = disturbed.parameters().toFloatArray();
            float[] moments = moments(trainer);

            // when
            broken.set(true);

            // then
            assertThatThrownBy(trainer::step).isInstanceOf(IllegalStateException.class)
                    .hasMessage("Kernel embed failed");
            assertThat(disturbed.parameters().toFloatArray()).isEqualTo(before);
            assertThat(moments(trainer)).isEqualTo(moments);
            assertThat(trainer.stepsDone()).isEqualTo(1);

            // when
            broken.set(false);
            train(trainer, 3);
            train(reference, 3);

            // then
            assertThat(disturbed.parameters().toFloatArray()).isEqualTo(undisturbed.parameters().toFloatArray());
        }
    }

    @Test
    @DisplayName("ends with the watchdog's sentence when one device computes no numbers")
    void noNumbersOnOneDevice() {
        // given: a replica of the model that is damaged
        try (CausalLanguageModel damaged = EmbeddedModel.load(ElementType.FLOAT32);
                TensorScope scope = damaged.newScope();
                LoraAdapter adapter = LoraAdapter.initialize(model, WITHOUT_BIASES, 1);
                LoraTrainer trainer =
                        ShortRows.trainer(List.of(model, damaged), adapter, recipe(2), new ShortRows())) {
            float[] before = adapter.parameters().toFloatArray();
            scope.call("fill", damaged.bias(0, Projection.Group.QKV), Double.NaN);

            // then
            assertThatThrownBy(trainer::step).isInstanceOf(RecoverableException.class)
                    .hasMessageStartingWith("MEDTUNE000500: In optimizer step 1 the loss is NaN");
            assertThat(adapter.parameters().toFloatArray()).isEqualTo(before);
        }
    }

    @ParameterizedTest(name = "from {0} to {1}")
    @CsvSource({"2, 1", "1, 2", "3, 2"})
    @DisplayName("goes on from a checkpoint on another number of devices")
    void restartsOnAnotherNumberOfDevices(int before, int after) {
        // given
        CheckpointStore store = new CheckpointStore(folder, new RunFingerprint(Map.of("seed", "3407")),
                "models/tiny-med-qwen2", new AdapterRecord("medical", 2048, 0, "base", "none"));
        try (LoraAdapter adapter = adapter(); LoraTrainer trainer = trainer(before, adapter, 3)) {
            train(trainer, 2);
            store.save(trainer);
        }
        Path checkpoint = store.newestIntact().orElseThrow();

        try (LoraAdapter uninterrupted = adapter();
                LoraTrainer reference = trainer(1, uninterrupted, 3);
                LoraAdapter resumed = store.loadAdapter(checkpoint, model);
                LoraTrainer trainer = trainer(after, resumed, 3)) {
            // when
            store.restore(checkpoint, trainer);
            train(trainer, STEPS);
            train(reference, STEPS);

            // then
            assertAlike(trainer.history(), reference.history());
            assertClose(resumed, uninterrupted);
        }
    }

    private static LoraAdapter adapter() {
        return LoraAdapter.initialize(model, LORA, 3407);
    }

    private static LoraTrainer trainer(int devices, LoraAdapter adapter, int microBatches) {
        return ShortRows.trainer(Collections.nCopies(devices, model), adapter, recipe(microBatches), new ShortRows());
    }

    private static TrainingConfiguration recipe(int microBatches) {
        TrainingConfiguration short2x2 = ShortRows.recipe(STEPS, GradientCheckpointing.ON);
        return new TrainingConfiguration(1, microBatches, STEPS, 1, 1e-3, short2x2.schedule(), short2x2.adam(),
                short2x2.maxGradientNorm(), short2x2.seed(), GradientCheckpointing.ON);
    }

    /** The row of a step's second micro-batch of one row. */
    private static int secondDevicesRow(int step) {
        return RowOrder.shuffled(ShortRows.COUNT, 4, 3407).rows(step)[1];
    }

    private static void train(LoraTrainer trainer, int untilStep) {
        while (trainer.stepsDone() < untilStep) {
            trainer.step();
        }
    }

    private static List<Double> losses(LoraTrainer trainer) {
        return trainer.history().stream().map(StepReport::loss).toList();
    }

    private static float[] moments(LoraTrainer trainer) {
        return trainer.optimizer().state().get("exp_avg.matrices").toFloatArray();
    }

    private static void assertAlike(List<StepReport> actual, List<StepReport> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).loss()).isCloseTo(expected.get(i).loss(), ROUNDING);
            assertThat(actual.get(i).gradientNorm()).isCloseTo(expected.get(i).gradientNorm(), ROUNDING);
            assertThat(actual.get(i).tokens()).isEqualTo(expected.get(i).tokens());
        }
    }

    /** Of all elements by norm, since where a gradient is nothing but rounding AdamW steps into either direction. */
    private static void assertClose(LoraAdapter actual, LoraAdapter expected) {
        float[] a = actual.parameters().toFloatArray();
        float[] e = expected.parameters().toFloatArray();
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < e.length; i++) {
            difference += Math.pow(a[i] - e[i], 2);
            norm += Math.pow(e[i], 2);
        }
        assertThat(Math.sqrt(difference / norm)).isCloseTo(0, Offset.offset(1e-4));
    }
}
