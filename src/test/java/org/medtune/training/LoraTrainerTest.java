package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.RecoverableException;
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

/** What one optimizer step keeps, refuses and counts; its numbers are in {@link GoldenTrainingTest}. */
class LoraTrainerTest {

    private static final LoraConfiguration LORA =
            new LoraConfiguration(4, 8, 0, EnumSet.allOf(Projection.class), BiasTraining.NONE, false);

    private static CausalLanguageModel model;

    @BeforeAll
    static void load() {
        model = EmbeddedModel.load(ElementType.FLOAT32);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e30, Double.NaN, Double.POSITIVE_INFINITY})
    void aLossThatIsNoNumberStopsTheRunAndKeepsNothingOfTheStep(double value) {
        // given
        try (LoraAdapter adapter = LoraAdapter.initialize(model, LORA, 1);
                LoraTrainer trainer = trainer(adapter);
                TensorScope scope = model.newScope()) {
            trainer.step();
            trainer.step();
            scope.call("fill", adapter.parameters(), value);
            adapter.refresh();
            float[] firstMoment = firstMoment(trainer);
            float[] secondMoment = secondMoment(trainer);

            // then
            assertThatThrownBy(trainer::step)
                    .isInstanceOf(RecoverableException.class)
                    .hasMessageStartingWith("MEDTUNE000500: In optimizer step 3 ")
                    .hasMessageContaining("the loss is NaN")
                    .hasMessageContaining("Lower learning.rate");
            assertThat(trainer.stepsDone()).isEqualTo(2);
            assertThat(adapter.parameters().toFloatArray()).containsOnly((float) value);
            assertThat(firstMoment(trainer)).isEqualTo(firstMoment);
            assertThat(secondMoment(trainer)).isEqualTo(secondMoment);
        }
    }

    @Test
    void anExplodingLossStopsTheRunBeforeItsStepChangesAnything() {
        // given: rows that are soon known, and then an adapter that spoils it
        try (LoraAdapter adapter = LoraAdapter.initialize(model, LORA, 1);
                LoraTrainer trainer = ShortRows.trainer(List.of(model), adapter,
                        ShortRows.recipe(30, GradientCheckpointing.ON),
                        row -> new int[] {40, 41, 40, 41, 40, 41, 40, 41, 40, 41, 40, 41});
                TensorScope scope = model.newScope()) {
            trainer.watch(new LossWatchdog(3));
            while (trainer.stepsDone() < 25) {
                trainer.step();
            }
            float[] spoilt = adapter.parameters().toFloatArray();
            Random random = new Random(1);
            for (int i = 0; i < spoilt.length; i++) {
                spoilt[i] = (float) random.nextGaussian() * 2;
            }
            ByteBuffer bytes = ByteBuffer.allocateDirect(spoilt.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(spoilt);
            scope.call("assign", adapter.parameters(), scope.copyOf(bytes, ElementType.FLOAT32, spoilt.length));
            adapter.refresh();
            float[] firstMoment = firstMoment(trainer);

            // then
            assertThatThrownBy(trainer::step)
                    .isInstanceOf(RecoverableException.class)
                    .hasMessageStartingWith("MEDTUNE000646: In optimizer step 26 the loss is ");
            assertThat(trainer.stepsDone()).isEqualTo(25);
            assertThat(adapter.parameters().toFloatArray()).isEqualTo(spoilt);
            assertThat(firstMoment(trainer)).isEqualTo(firstMoment);

            // when: told to go on all the same
            trainer.watch(LossWatchdog.NONE);
            trainer.step();

            // then
            assertThat(trainer.stepsDone()).isEqualTo(26);
        }
    }

    @Test
    void aFailedStepLeavesNoTraceInTheStepsAfterIt() {
        try (LoraAdapter adapter = LoraAdapter.initialize(model, LORA, 1);
                LoraAdapter undisturbed = LoraAdapter.initialize(model, LORA, 1);
                LoraTrainer trainer = trainer(adapter);
                LoraTrainer reference = trainer(undisturbed);
                TensorScope scope = model.newScope()) {
            // given
            trainer.step();
            reference.step();
            scope.call("fill", adapter.parameters(), Double.NaN);
            assertThatThrownBy(trainer::step).isInstanceOf(RecoverableException.class);

            // when
            scope.call("assign", adapter.parameters(), undisturbed.parameters());
            trainer.step();
            reference.step();

            // then
            assertThat(adapter.parameters().toFloatArray()).isEqualTo(undisturbed.parameters().toFloatArray());
        }
    }

    @Test
    void microBatchesOfOneStepAddUpToOneBatch() {
        // given: the same four rows at a time, in two micro-batches and in one
        TrainingConfiguration two = ShortRows.recipe(1, GradientCheckpointing.ON);
        TrainingConfiguration one = new TrainingConfiguration(4, 1, 1, 1, two.learningRate(), two.schedule(),
                two.adam(), two.maxGradientNorm(), two.seed(), GradientCheckpointing.ON);
        try (LoraAdapter a = LoraAdapter.initialize(model, LORA, 1);
                LoraAdapter b = LoraAdapter.initialize(model, LORA, 1);
                LoraTrainer accumulating = ShortRows.trainer(model, a, two);
                LoraTrainer whole = ShortRows.trainer(model, b, one)) {
            // when
            StepReport accumulated = accumulating.step();
            StepReport atOnce = whole.step();

            // then
            assertThat(accumulated.loss()).isCloseTo(atOnce.loss(), Percentage.withPercentage(1e-4));
            assertThat(accumulated.gradientNorm()).isCloseTo(atOnce.gradientNorm(), Percentage.withPercentage(1e-3));
            assertThat(accumulated.tokens()).isEqualTo(atOnce.tokens());
        }
    }

    @Test
    void theGradientNormIsReportedBeforeClipping() {
        // given: a limit far below the norm, and none
        TrainingConfiguration recipe = ShortRows.recipe(2, GradientCheckpointing.ON);
        try (LoraAdapter a = LoraAdapter.initialize(model, LORA, 1);
                LoraAdapter b = LoraAdapter.initialize(model, LORA, 1);
                LoraTrainer clipped = ShortRows.trainer(model, a, limited(recipe, 1e-3));
                LoraTrainer free = ShortRows.trainer(model, b, limited(recipe, 0))) {
            // when
            double norm = clipped.step().gradientNorm();

            // then: the first moment is a tenth of the gradient that the optimizer saw
            assertThat(norm).isEqualTo(free.step().gradientNorm()).isGreaterThan(0.01);
            assertThat(norm(firstMoment(clipped))).isCloseTo(1e-4, Percentage.withPercentage(0.1));
            assertThat(norm(firstMoment(free))).isCloseTo(norm / 10, Percentage.withPercentage(0.1));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "BFLOAT16"})
    void patternsForAllModulesTrainAsTheSameNumbersWithoutPatterns(ElementType type) {
        // given: the same adapter described in two ways; a ratio of 2 between scalings rounds nothing
        LoraConfiguration plain = new LoraConfiguration(4, 8, 0, LORA.targetModules(), BiasTraining.NONE, false);
        LoraConfiguration patterned = new LoraConfiguration(2, 2, 0, LORA.targetModules(), BiasTraining.NONE, false,
                new ModulePatterns(Map.of(".*", 4.0)), new ModulePatterns(Map.of(".*proj", 8.0)));
        try (CausalLanguageModel typed = EmbeddedModel.load(type);
                LoraAdapter a = LoraAdapter.initialize(typed, plain, 1);
                LoraAdapter b = LoraAdapter.initialize(typed, patterned, 1);
                LoraTrainer one = ShortRows.trainer(typed, a, ShortRows.recipe(3, GradientCheckpointing.ON));
                LoraTrainer other = ShortRows.trainer(typed, b, ShortRows.recipe(3, GradientCheckpointing.ON))) {
            for (int step = 0; step < 3; step++) {
                // when
                StepReport expected = one.step();
                StepReport actual = other.step();

                // then
                assertThat(actual.loss()).isEqualTo(expected.loss());
                assertThat(actual.gradientNorm()).isEqualTo(expected.gradientNorm());
            }
            assertThat(b.parameters().toFloatArray()).isEqualTo(a.parameters().toFloatArray());
        }
    }

    private static TrainingConfiguration limited(TrainingConfiguration c, double maxGradientNorm) {
        return new TrainingConfiguration(c.microBatchSize(), c.gradientAccumulationSteps(), c.maxSteps(),
                c.warmupSteps(), c.learningRate(), c.schedule(), c.adam(), maxGradientNorm, c.seed(),
                c.gradientCheckpointing());
    }

    private static float[] firstMoment(LoraTrainer trainer) {
        return trainer.optimizer().state().get("exp_avg.matrices").toFloatArray();
    }

    private static float[] secondMoment(LoraTrainer trainer) {
        return trainer.optimizer().state().get("exp_avg_sq.matrices").toFloatArray();
    }

    private static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    private static LoraTrainer trainer(LoraAdapter adapter) {
        return ShortRows.trainer(model, adapter, ShortRows.recipe(6, GradientCheckpointing.ON));
    }
}
