package org.medtune.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.generation.TextGenerator;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.Golden;
import org.medtune.testing.RewrittenModel;
import org.medtune.testing.ShortRows;
import org.medtune.training.GradientCheckpointing;
import org.medtune.training.LoraTrainer;
import org.medtune.training.StepReport;

/** The embedded model in 4 bits against its twin: a model in float32 whose files hold what the 4 bits stand for. */
@DisplayName("A model in 4 bits")
class QuantizedModelIT {

    private static final LoraConfiguration LORA =
            new LoraConfiguration(4, 8, 0.1, EnumSet.allOf(Projection.class), BiasTraining.ALL, false);

    @TempDir
    private static Path folder;

    private static CausalLanguageModel quantized;
    private static CausalLanguageModel twin;

    @BeforeAll
    static void load() throws IOException {
        quantized = CausalLanguageModel.load(ModelFolder.open(Golden.MODEL), ComputeDevice.CPU, ElementType.FLOAT32,
                Quantization.NF4);
        RewrittenModel rewritten = new RewrittenModel();
        for (int layer = 0; layer < quantized.configuration().layers(); layer++) {
            for (Projection projection : Projection.values()) {
                rewritten.replace(WeightNames.weight(layer, projection), QuantizedModelIT::dequantized);
            }
        }
        twin = CausalLanguageModel.load(ModelFolder.open(rewritten.writeTo(folder)), ComputeDevice.CPU,
                ElementType.FLOAT32);
    }

    @AfterAll
    static void close() {
        quantized.close();
        twin.close();
    }

    @Test
    @DisplayName("has the logits of its twin")
    void logits() {
        int[] ids = Golden.ids(Golden.json("forward").get(0).get("ids"));
        try (TensorScope scope = quantized.newScope()) {
            assertThat(quantized.logits(scope, ids, quantized.noAdapter()).toFloatArray())
                    .isEqualTo(twin.logits(scope, ids, twin.noAdapter()).toFloatArray());
        }
        assertThat(quantized.quantization()).isEqualTo(Quantization.NF4);
        assertThat(twin.quantization()).isEqualTo(Quantization.NONE);
    }

    @Test
    @DisplayName("answers as its twin")
    void generation() {
        int[] prompt = Golden.ids(Golden.json("forward").get(1).get("ids"));

        assertThat(new TextGenerator(quantized).greedy(prompt, 8, Set.of(), quantized.noAdapter()))
                .isEqualTo(new TextGenerator(twin).greedy(prompt, 8, Set.of(), twin.noAdapter()));
    }

    @ParameterizedTest(name = "gradient checkpointing: {0}")
    @EnumSource
    @DisplayName("has the gradients of its twin")
    void gradients(GradientCheckpointing checkpointing) {
        try (LoraAdapter a = LoraAdapter.initialize(quantized, LORA, 5);
                LoraAdapter b = LoraAdapter.initialize(twin, LORA, 5);
                LoraTrainer ours = ShortRows.trainer(quantized, a, ShortRows.recipe(2, checkpointing));
                LoraTrainer theirs = ShortRows.trainer(twin, b, ShortRows.recipe(2, checkpointing))) {
            for (int step = 0; step < 2; step++) {
                // when
                StepReport our = ours.step();
                StepReport their = theirs.step();

                // then
                assertThat(our.loss()).isEqualTo(their.loss());
                assertThat(our.gradientNorm()).isEqualTo(their.gradientNorm());
            }
            assertThat(a.parameters().toFloatArray()).isEqualTo(b.parameters().toFloatArray());
        }
    }

    @Test
    @DisplayName("learns as fast as the model in 16 bits")
    void convergence() {
        try (CausalLanguageModel whole = EmbeddedModel.load(ElementType.BFLOAT16);
                CausalLanguageModel four = CausalLanguageModel.load(ModelFolder.open(Golden.MODEL), ComputeDevice.CPU,
                        ElementType.BFLOAT16, Quantization.NF4)) {
            // when
            List<StepReport> expected = train(whole);
            List<StepReport> actual = train(four);

            // then
            double fall = expected.get(0).loss() - expected.get(expected.size() - 1).loss();
            assertThat(fall).isGreaterThan(0.2);
            assertThat(actual.get(0).loss()).isCloseTo(expected.get(0).loss(), Percentage.withPercentage(3));
            assertThat(actual.get(0).loss() - actual.get(actual.size() - 1).loss())
                    .isCloseTo(fall, Percentage.withPercentage(10));
        }
    }

    private static List<StepReport> train(CausalLanguageModel model) {
        LoraConfiguration lora =
                new LoraConfiguration(8, 16, 0, EnumSet.allOf(Projection.class), BiasTraining.NONE, false);
        try (LoraAdapter adapter = LoraAdapter.initialize(model, lora, 5);
                LoraTrainer trainer = ShortRows.trainer(model, adapter,
                        ShortRows.recipe(10, GradientCheckpointing.ON))) {
            for (int step = 0; step < 10; step++) {
                trainer.step();
            }
            return List.copyOf(trainer.history());
        }
    }

    /** What the bits of one matrix stand for, quantised by itself. */
    private static ByteBuffer dequantized(long[] shape, ByteBuffer values) {
        try (TensorScope scope = quantized.newScope()) {
            Nf4Matrix matrix = new Nf4Matrix(scope, ElementType.FLOAT32);
            matrix.add(scope.copyOf(values, ElementType.FLOAT32, shape));
            matrix.endMatrix();
            Tensor part = scope.zeros(ElementType.FLOAT32, shape[0], 0);
            return scope.callForTensor("nf4_dense", matrix.bytes(), shape[1], List.of(part),
                    ElementType.FLOAT32.scalarType()).toBytes();
        }
    }
}
