package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.adapter.AdapterRecord;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.adapter.LoraGradient;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.MicroBatch;
import org.medtune.model.Projection;
import org.medtune.model.Retention;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.Golden;
import org.medtune.testing.GoldenRows;
import org.medtune.testing.GoldenRun;
import org.medtune.testing.ShortRows;

/** Several rows in one sequence train as if each were alone. */
@DisplayName("Packed training")
class PackedTrainingIT {

    private static final int ROWS = 10;
    private static final int CAPACITY = 32;
    private static final int STEPS = 4;
    private static final LoraConfiguration LORA =
            new LoraConfiguration(4, 8, 0, EnumSet.allOf(Projection.class), BiasTraining.NONE, false);

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

    @ParameterizedTest(name = "{0} sequences a micro-batch, {1} rows a sequence")
    @CsvSource({"1, 8", "2, 2"})
    @DisplayName("has the losses that Transformers recorded of the same rows, padded and side by side")
    void recorded(int microBatch, int rowsOfSequence) {
        // given: the eight rows of a step in packs
        TrainingConfiguration recipe = new TrainingConfiguration(microBatch, 8 / rowsOfSequence / microBatch, 60, 5,
                2e-4, LearningRateSchedule.LINEAR,
                new TrainingConfiguration.Adam(0.9, 0.999, 1e-8, 0.01, MomentStorage.FLOAT32), 1.0, 3407,
                GradientCheckpointing.ON);
        int packs = 8 / rowsOfSequence;
        Packing packing = sequence -> Arrays.copyOfRange(rowsOfStep(sequence / packs + 1),
                sequence % packs * rowsOfSequence, (sequence % packs + 1) * rowsOfSequence);
        try (LoraAdapter adapter = GoldenRun.initialAdapter(model);
                LoraTrainer trainer = new LoraTrainer(List.of(model), adapter, recipe, GoldenRows::tokenIds, packing,
                        step -> IntStream.range((step - 1) * packs, step * packs).toArray())) {
            GoldenRun.assertEqual(trainer.step(), GoldenRun.recorded().get("steps").get(0));
        }
    }

    @Test
    @DisplayName("is training on the same rows one by one")
    void likeSingleRows() {
        // given
        TrainingConfiguration recipe = ShortRows.recipe(STEPS, GradientCheckpointing.NONE);
        SequencePacks packs = packs();
        RowOrder order = RowOrder.shuffled(packs.count(), recipe.rowsPerStep(), recipe.seed());
        TrainingConfiguration oneByOne = new TrainingConfiguration(1, 1, STEPS, recipe.warmupSteps(),
                recipe.learningRate(), recipe.schedule(), recipe.adam(), recipe.maxGradientNorm(), recipe.seed(),
                GradientCheckpointing.NONE);
        try (LoraAdapter a = LoraAdapter.initialize(model, LORA, 1);
                LoraAdapter b = LoraAdapter.initialize(model, LORA, 1);
                LoraTrainer packed = new LoraTrainer(List.of(model), a, recipe, new ShortRows(), packs, order);
                LoraTrainer single = new LoraTrainer(model, b, oneByOne, new ShortRows(),
                        step -> Arrays.stream(order.rows(step)).flatMap(s -> Arrays.stream(packs.rows(s))).toArray())) {
            for (int step = 0; step < STEPS; step++) {
                // when
                StepReport actual = packed.step();
                StepReport expected = single.step();

                // then
                assertThat(actual.tokens()).isEqualTo(expected.tokens());
                assertThat(actual.loss()).isCloseTo(expected.loss(), within(1e-4));
                assertThat(actual.gradientNorm())
                        .isCloseTo(expected.gradientNorm(), Percentage.withPercentage(0.01));
            }
        }
    }

    @Test
    @DisplayName("adds up the gradients of the rows")
    void gradients() {
        // given: B that is not zero, so that A has a gradient too
        List<int[]> rows = IntStream.of(0, 4, 9).mapToObj(new ShortRows()::tokenIds).toList();
        try (LoraAdapter adapter = GoldenRun.initialAdapter(model);
                LoraGradient together = adapter.newGradient();
                LoraGradient oneByOne = adapter.newGradient();
                TensorScope scope = model.newScope()) {
            scope.call("fill", adapter.parameters(), 0.01);
            adapter.refresh();

            // when
            double loss = new GradientAccumulator(model, adapter, together,
                    GradientCheckpointing.NONE).accumulate(rows, 1.0, 1);
            GradientAccumulator single = new GradientAccumulator(model, adapter, oneByOne,
                    GradientCheckpointing.NONE);
            double sum = rows.stream().mapToDouble(row -> single.accumulate(List.of(row), 1.0, 1)).sum();

            // then
            assertThat(loss).isCloseTo(sum, Percentage.withPercentage(1e-4));
            float[] expected = oneByOne.flat().toFloatArray();
            assertThat(distance(together.flat().toFloatArray(), expected)).isLessThan(1e-5 * distance(expected,
                    new float[expected.length]));
        }
    }

    @Test
    @DisplayName("keeps a row from seeing another one")
    void rowsAreApart() {
        // given
        Random random = new Random(2);
        int[] row = random.ints(24, 0, 8000).toArray();
        int[] other = random.ints(17, 0, 8000).toArray();
        int[] changed = random.ints(17, 0, 8000).toArray();

        // then
        for (List<int[]> pack : List.of(List.of(row, other), List.of(row, changed))) {
            assertThat(model.negativeLogLikelihood(pack, model.noAdapter())
                    - model.negativeLogLikelihood(pack.subList(1, 2), model.noAdapter()))
                    .isCloseTo(model.negativeLogLikelihood(List.of(row), model.noAdapter()), within(1e-4));
        }
        float[] before = lastHiddenStates(List.of(other, row));
        float[] after = lastHiddenStates(List.of(changed, row));
        int first = (other.length - 1) * model.configuration().hiddenSize();
        assertThat(distance(Arrays.copyOfRange(after, first, after.length),
                Arrays.copyOfRange(before, first, before.length))).isLessThan(1e-4);
        assertThat(Arrays.copyOf(after, first)).isNotEqualTo(Arrays.copyOf(before, first));
    }

    @Test
    @DisplayName("goes on after a restart as if there had been none")
    void restart() {
        // given
        float[] uninterrupted;
        try (LoraAdapter adapter = LoraAdapter.initialize(model, LORA, 3407);
                LoraTrainer trainer = packedTrainer(adapter)) {
            IntStream.range(0, STEPS).forEach(step -> trainer.step());
            uninterrupted = adapter.parameters().toFloatArray();
        }
        CheckpointStore store = new CheckpointStore(folder, new RunFingerprint(Map.of("packing", "true")),
                "models/tiny-med-qwen2", AdapterRecord.UNKNOWN);
        try (LoraAdapter adapter = LoraAdapter.initialize(model, LORA, 3407);
                LoraTrainer trainer = packedTrainer(adapter)) {
            trainer.step();
            store.save(trainer);
        }

        // when
        Path checkpoint = store.newestIntact().orElseThrow();
        try (LoraAdapter adapter = store.loadAdapter(checkpoint, model);
                LoraTrainer trainer = packedTrainer(adapter)) {
            store.restore(checkpoint, trainer);
            IntStream.range(1, STEPS).forEach(step -> trainer.step());

            // then
            assertThat(adapter.parameters().toFloatArray()).isEqualTo(uninterrupted);
        }
    }

    private static int[] rowsOfStep(int step) {
        return Golden.ids(GoldenRun.recorded().get("steps").get(step - 1).get("rows"));
    }

    private static SequencePacks packs() {
        return SequencePacks.bestFitDecreasing(
                IntStream.range(0, ROWS).map(row -> new ShortRows().tokenIds(row).length).toArray(), CAPACITY);
    }

    private static LoraTrainer packedTrainer(LoraAdapter adapter) {
        TrainingConfiguration recipe = ShortRows.recipe(STEPS, GradientCheckpointing.ON);
        return new LoraTrainer(List.of(model), adapter, recipe, new ShortRows(), packs(),
                RowOrder.shuffled(packs().count(), recipe.rowsPerStep(), recipe.seed()));
    }

    private static float[] lastHiddenStates(List<int[]> rows) {
        try (TensorScope scope = model.newScope()) {
            MicroBatch batch = model.microBatch(scope, rows);
            Tensor x = model.embed(scope, batch);
            for (int layer = 0; layer < model.configuration().layers(); layer++) {
                x = model.layerForward(scope, layer, x, batch, model.noAdapter(), 0, Retention.NOTHING).get(0);
            }
            return x.toFloatArray();
        }
    }

    private static double distance(float[] a, float[] b) {
        return Math.sqrt(IntStream.range(0, a.length).mapToDouble(i -> Math.pow(a[i] - b[i], 2)).sum());
    }
}
