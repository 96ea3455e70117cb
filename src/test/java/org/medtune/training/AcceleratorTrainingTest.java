package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.RecoverableException;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.ModelFolder;
import org.medtune.model.Projection;
import org.medtune.model.Quantization;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.TensorRuntime;
import org.medtune.testing.Golden;
import org.medtune.testing.GoldenRun;
import org.medtune.testing.NativeMemory;
import org.medtune.testing.ShortRows;

/** Training on an accelerator: the recorded run, memory over many steps, and what follows when memory runs out. */
@EnabledIf("hasAccelerator")
class AcceleratorTrainingTest {

    private static final LoraConfiguration LORA =
            new LoraConfiguration(4, 8, 0.1, EnumSet.allOf(Projection.class), BiasTraining.ALL, false);
    /** Micro-batches of two million tokens. */
    private static final TrainingConfiguration TOO_LARGE = new TrainingConfiguration(1024, 1, 1, 0, 2e-4,
            LearningRateSchedule.LINEAR, new TrainingConfiguration.Adam(0.9, 0.999, 1e-8, 0.01, MomentStorage.FLOAT32),
            1.0, 3407, GradientCheckpointing.NONE);

    static boolean hasAccelerator() {
        return TensorRuntime.acceleratorCount() > 0;
    }

    /**
     * Every step of the run that Transformers and PEFT made in float32. What is allowed in the other types is what
     * rounding each activation to 8 bits (bfloat16) or 11 (float16) makes of it, which AdamW, whose first steps are of
     * one size for small gradients too, carries on from step to step.
     */
    @ParameterizedTest(name = "{0}, gradient checkpointing: {1}")
    @CsvSource({
        "FLOAT32, ON, 0.001, 0.01", "FLOAT32, OFFLOAD, 0.001, 0.01",
        "BFLOAT16, NONE, 0.5, 2", "BFLOAT16, ON, 0.5, 2", "BFLOAT16, OFFLOAD, 0.5, 2",
        "FLOAT16, NONE, 0.1, 0.5", "FLOAT16, ON, 0.1, 0.5"})
    void everyStepOfTheRecordedRunIsReproduced(ElementType type, GradientCheckpointing checkpointing,
            double lossPercentage, double normPercentage) {
        // given
        double largestLoss = 0;
        double largestNorm = 0;
        try (CausalLanguageModel model = load(type, Quantization.NONE);
                LoraAdapter adapter = GoldenRun.initialAdapter(model);
                LoraTrainer trainer = GoldenRun.trainer(model, adapter, checkpointing)) {
            for (JsonNode expected : GoldenRun.recorded().get("steps")) {
                // when
                StepReport report = trainer.step();
                largestLoss = Math.max(largestLoss, Math.abs(report.loss() / expected.get("loss").asDouble() - 1));
                largestNorm = Math.max(largestNorm,
                        Math.abs(report.gradientNorm() / expected.get("grad_norm").asDouble() - 1));

                // then
                assertThat(report.loss()).as("loss of step %d", report.step())
                        .isCloseTo(expected.get("loss").asDouble(), Percentage.withPercentage(lossPercentage));
                assertThat(report.gradientNorm()).as("gradient norm of step %d", report.step())
                        .isCloseTo(expected.get("grad_norm").asDouble(), Percentage.withPercentage(normPercentage));
                assertThat(report.skipped()).isFalse();
            }
            assertThat(trainer.stepsDone()).isEqualTo(60);
        } finally {
            System.out.printf("%s, %s: loss within %.1e, gradient norm within %.1e of the recorded run%n", type,
                    checkpointing, largestLoss, largestNorm);
        }
    }

    @ParameterizedTest(name = "{0}, {1}, gradient checkpointing: {2}")
    @CsvSource({"BFLOAT16, NONE, ON", "BFLOAT16, NF4, ON"})
    void aThousandStepsTakeNoMoreThanTwoHundred(ElementType type, Quantization quantization,
            GradientCheckpointing checkpointing) {
        try (CausalLanguageModel model = load(type, quantization);
                LoraAdapter adapter = LoraAdapter.initialize(model, LORA, 1);
                LoraTrainer trainer = ShortRows.trainer(model, adapter,
                        ShortRows.recipe(1000, checkpointing, MomentStorage.EIGHT_BIT))) {
            // given
            steps(trainer, 200);
            long free = freeBytes();
            long host = NativeMemory.bytes();

            // when
            steps(trainer, 1000);

            // then: what is free once PyTorch has given back what it keeps for later
            assertThat(freeBytes()).isCloseTo(free, within(8L << 20));
            assertThat((double) NativeMemory.bytes()).isLessThan(host * 1.05);
        }
    }

    @Test
    void trainingGoesOnAfterMemoryHasRunOut() {
        // given: a step that has been taken, and one whose activations no accelerator holds
        int[] row = new Random(3).ints(2048, 0, 8000).toArray();
        try (CausalLanguageModel model = load(ElementType.BFLOAT16, Quantization.NONE);
                LoraAdapter adapter = GoldenRun.initialAdapter(model);
                LoraTrainer trainer = GoldenRun.trainer(model, adapter, GradientCheckpointing.NONE)) {
            trainer.step();
            float[] parameters = adapter.parameters().toFloatArray();
            long free = freeBytes();

            try (LoraAdapter other = LoraAdapter.initialize(model, LORA, 1);
                    LoraTrainer tooLarge = new LoraTrainer(List.of(model), other, TOO_LARGE, any -> row,
                            Packing.NONE, step -> new int[TOO_LARGE.rowsPerStep()])) {
                // when, then
                assertThatThrownBy(tooLarge::step).isInstanceOf(RecoverableException.class)
                        .hasMessageContaining("per.device.train.batch.size");
            }

            // then: nothing is lost, neither memory nor numbers
            assertThat(freeBytes()).isCloseTo(free, within(8L << 20));
            assertThat(Arrays.equals(adapter.parameters().toFloatArray(), parameters)).isTrue();
            StepReport second = trainer.step();
            JsonNode expected = GoldenRun.recorded().get("steps").get(1);
            assertThat(second.loss())
                    .isCloseTo(expected.get("loss").asDouble(), Percentage.withPercentage(0.5));
        }
    }

    private static CausalLanguageModel load(ElementType type, Quantization quantization) {
        return CausalLanguageModel.load(ModelFolder.open(Golden.MODEL), ComputeDevice.named("gpu0"), type,
                quantization);
    }

    private static void steps(LoraTrainer trainer, int upTo) {
        while (trainer.stepsDone() < upTo) {
            trainer.step();
        }
    }

    private static long freeBytes() {
        return ComputeDevice.named("gpu0").availableBytes().orElseThrow();
    }
}
