package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.adapter.AdapterFolder;
import org.medtune.adapter.AdapterRecord;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.adapter.ModulePatterns;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.LoftQ;
import org.medtune.model.ModelFolder;
import org.medtune.model.Projection;
import org.medtune.model.Quantization;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.Golden;
import org.medtune.testing.ShortRows;

/** An adapter that begins with LoftQ: on its own base in 4 bits, and on the model as it is in its files. */
@DisplayName("Training that begins with LoftQ")
class LoftQTrainingIT {

    private static final ModelFolder FOLDER = ModelFolder.open(Golden.MODEL);
    private static final int[] IDS = Golden.ids(Golden.json("forward").get(0).get("ids"));
    private static final int RANK = 16;
    private static final LoraConfiguration LORA = new LoraConfiguration(
            RANK, 32, 0, EnumSet.of(Projection.K, Projection.O, Projection.GATE), BiasTraining.ALL, false);
    private static final String PREFIX = "base_model.model.model.";

    private static CausalLanguageModel whole;
    private static CausalLanguageModel four;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load() {
        whole = EmbeddedModel.load(ElementType.FLOAT32);
        four = CausalLanguageModel.load(FOLDER, ComputeDevice.CPU, ElementType.FLOAT32, Quantization.NF4);
    }

    @AfterAll
    static void close() {
        whole.close();
        four.close();
    }

    static Stream<LoraConfiguration> configurations() {
        return Stream.of(LORA,
                new LoraConfiguration(RANK, 16, 0, EnumSet.of(Projection.Q, Projection.DOWN), BiasTraining.NONE, true),
                new LoraConfiguration(4, 3, 0, EnumSet.of(Projection.V, Projection.O), BiasTraining.LORA_ONLY, true,
                        new ModulePatterns(Map.of("o_proj", 24.0)),
                        new ModulePatterns(Map.of("layers.2.self_attn.v_proj", 0.7))));
    }

    @Test
    @DisplayName("begins nearer to the model than its base in 4 bits")
    void start() {
        LoraConfiguration all = new LoraConfiguration(
                RANK, 32, 0, EnumSet.allOf(Projection.class), BiasTraining.NONE, false);
        try (LoraAdapter adapter = LoraAdapter.initializeWithLoftQ(four, FOLDER, all)) {
            float[] expected = logits(whole, whole.noAdapter());

            assertThat(distance(logits(four, adapter.active()), expected))
                    .isLessThan(0.98 * distance(logits(four, four.noAdapter()), expected));
        }
    }

    @ParameterizedTest
    @MethodSource("configurations")
    @DisplayName("begins with the factors of what is lost, divided by the scaling of each module")
    void firstValues(LoraConfiguration lora) throws IOException {
        // when
        try (LoraAdapter adapter = LoraAdapter.initializeWithLoftQ(four, FOLDER, lora)) {
            AdapterFolder.write(folder, adapter, "base", new AdapterRecord("", 0, 0, "", "nf4", 1));
        }

        // then
        int layer = 2;
        Projection projection = lora.targetModules().iterator().next();
        int rank = lora.rank(layer, projection);
        int inputs = projection.inputs(four.configuration());
        Path file = folder.resolve("adapter_model.safetensors");
        String module = PREFIX + "layers." + layer + "." + projection.path();
        float[] a = Golden.floats(file, module + ".lora_A.weight");
        float[] b = Golden.floats(file, module + ".lora_B.weight");
        try (TensorScope scope = four.newScope()) {
            List<Tensor> factors = four.lossOfQuantization(scope, FOLDER, layer, projection, rank);
            float[] l = factors.get(0).toFloatArray();
            float[] r = factors.get(1).toFloatArray();
            double largest = 0;
            for (int row = 0; row < l.length / rank; row += 9) {
                for (int column = 0; column < inputs; column += 7) {
                    double expected = 0;
                    double actual = 0;
                    for (int k = 0; k < rank; k++) {
                        expected += (double) l[row * rank + k] * r[k * inputs + column];
                        actual += lora.scaling(layer, projection) * b[row * 2 * rank + k] * a[k * inputs + column];
                    }
                    assertThat(actual).isCloseTo(expected, within(1e-7));
                    largest = Math.max(largest, Math.abs(expected));
                }
            }
            assertThat(largest).isGreaterThan(1e-4);
        }
    }

    @ParameterizedTest
    @MethodSource("configurations")
    @DisplayName("writes at first what changes nothing of the model as it is in its files")
    void writtenAtFirst(LoraConfiguration lora) throws IOException {
        // when
        try (LoraAdapter adapter = LoraAdapter.initializeWithLoftQ(four, FOLDER, lora)) {
            AdapterFolder.write(folder, adapter, "base", new AdapterRecord("", 0, 0, "", "nf4", 1));
        }

        // then: rank and alpha tell PEFT of the same scaling at twice the rank
        AdapterFolder written = AdapterFolder.open(folder);
        for (int layer = 0; layer < 6; layer++) {
            for (Projection projection : lora.targetModules()) {
                assertThat(written.configuration().rank(layer, projection))
                        .isEqualTo(2 * lora.rank(layer, projection));
                assertThat(written.configuration().scaling(layer, projection))
                        .isCloseTo(lora.scaling(layer, projection), within(1e-12));
            }
        }
        try (LoraAdapter loaded = written.load(whole)) {
            assertThat(largestDifference(logits(whole, loaded.active()), logits(whole, whole.noAdapter())))
                    .isLessThan(1e-3);
        }
    }

    @Test
    @DisplayName("writes for the model as it is what training has added, by W + scaling (B A - B0 A0) in float64")
    void writtenAfterTraining() throws IOException {
        // given
        Path first = Files.createDirectory(folder.resolve("first"));
        Path last = Files.createDirectory(folder.resolve("last"));
        AdapterRecord begun = new AdapterRecord("", 0, 0, "", "nf4", 1);
        float[] trained;
        double startsAway;
        try (LoraAdapter adapter = LoraAdapter.initializeWithLoftQ(four, FOLDER, LORA);
                LoraTrainer trainer = ShortRows.trainer(four, adapter, ShortRows.recipe(6, GradientCheckpointing.ON))) {
            AdapterFolder.write(first, adapter, "base", begun);
            startsAway = distance(logits(four, adapter.active()), logits(whole, whole.noAdapter()));
            IntStream.range(0, 6).forEach(step -> trainer.step());
            AdapterFolder.write(last, adapter, "base", begun);
            trained = logits(four, adapter.active());
        }

        // then: the halves of the factors, taken apart by hand
        String module = "layers.1.mlp.gate_proj";
        float[] a = Golden.floats(last.resolve("adapter_model.safetensors"), PREFIX + module + ".lora_A.weight");
        float[] b = Golden.floats(last.resolve("adapter_model.safetensors"), PREFIX + module + ".lora_B.weight");
        float[] a0 = Golden.floats(first.resolve("adapter_model.safetensors"), PREFIX + module + ".lora_A.weight");
        float[] b0 = Golden.floats(first.resolve("adapter_model.safetensors"), PREFIX + module + ".lora_B.weight");
        int inputs = 384;
        double added = 0;
        for (int row = 0; row < b.length / (2 * RANK); row += 50) {
            for (int column = 0; column < inputs; column += 7) {
                double expected = 0;
                double actual = 0;
                for (int k = 0; k < RANK; k++) {
                    expected += (double) b[row * 2 * RANK + k] * a[k * inputs + column]
                            - (double) b0[row * 2 * RANK + k] * a0[k * inputs + column];
                }
                for (int k = 0; k < 2 * RANK; k++) {
                    actual += (double) b[row * 2 * RANK + k] * a[k * inputs + column];
                }
                assertThat(actual).isCloseTo(expected, within(1e-9));
                added += expected * expected;
            }
        }
        assertThat(added).isPositive();

        // and: on the base of training it is what was trained; on the whole model it is no farther from that than the
        // whole model was from the start of training
        AdapterFolder written = AdapterFolder.open(last);
        try (LoraAdapter onFour = written.load(four); LoraAdapter onWhole = written.load(whole)) {
            assertThat(onFour.configuration()).isEqualTo(LORA);
            assertThat(logits(four, onFour.active())).isEqualTo(trained);
            assertThat(distance(logits(whole, onWhole.active()), trained)).isLessThan(1.1 * startsAway);
        }
    }

    @ParameterizedTest(name = "{0} iterations")
    @ValueSource(ints = {1, 2})
    @DisplayName("goes on after a restart as if there had been none, on the same base")
    void restart(int iterations) {
        // given
        LoraConfiguration lora = new LoraConfiguration(4, 3, 0.1, EnumSet.of(Projection.V, Projection.GATE),
                BiasTraining.ALL, true, new ModulePatterns(Map.of("gate_proj", 6.0)), ModulePatterns.NONE);
        LoftQ loftQ = new LoftQ(iterations, Collections.nCopies(6, List.of(0, 0, 4, 0, 6, 0, 0)));
        float[] uninterrupted;
        CheckpointStore store = new CheckpointStore(folder, new RunFingerprint(Map.of("init.lora.weights", "loftq")),
                "models/tiny-med-qwen2", new AdapterRecord("", 0, 0, "", "nf4", iterations));
        try (CausalLanguageModel base = base(loftQ);
                LoraAdapter adapter = LoraAdapter.initializeWithLoftQ(base, FOLDER, lora);
                LoraTrainer trainer = ShortRows.trainer(base, adapter, ShortRows.recipe(4, GradientCheckpointing.ON))) {
            trainer.step();
            trainer.step();
            store.save(trainer);
            trainer.step();
            trainer.step();
            uninterrupted = adapter.parameters().toFloatArray();
        }

        // when
        Path checkpoint = store.newestIntact().orElseThrow();
        try (CausalLanguageModel base = base(loftQ);
                LoraAdapter adapter = store.loadAdapter(checkpoint, base);
                LoraTrainer trainer = ShortRows.trainer(base, adapter, ShortRows.recipe(4, GradientCheckpointing.ON))) {
            store.restore(checkpoint, trainer);
            assertThat(adapter.configuration()).isEqualTo(lora);
            trainer.step();
            trainer.step();

            // then
            assertThat(adapter.parameters().toFloatArray()).isEqualTo(uninterrupted);
        }
    }

    @Test
    @DisplayName("writes a checkpoint anew as it was")
    void rewritten() throws IOException {
        // given
        Path first = Files.createDirectory(folder.resolve("first"));
        Path second = Files.createDirectory(folder.resolve("second"));
        AdapterRecord begun = new AdapterRecord("", 0, 3, "", "nf4", 1);
        LoraConfiguration lora = new LoraConfiguration(
                6, 13, 0, EnumSet.of(Projection.O), BiasTraining.NONE, true);
        try (LoraAdapter adapter = LoraAdapter.initializeWithLoftQ(four, FOLDER, lora);
                LoraTrainer trainer = ShortRows.trainer(four, adapter, ShortRows.recipe(2, GradientCheckpointing.ON))) {
            trainer.step();
            AdapterFolder.write(first, adapter, "base", begun);
        }

        // when
        try (LoraAdapter adapter = AdapterFolder.open(first).loadForTraining(four)) {
            AdapterFolder.write(second, adapter, "base", begun);
        }

        // then
        for (String file : List.of("adapter_model.safetensors", "adapter_config.json", "medtune.json")) {
            assertThat(second.resolve(file)).hasSameBinaryContentAs(first.resolve(file));
        }
    }

    private static CausalLanguageModel base(LoftQ loftQ) {
        return CausalLanguageModel.load(
                FOLDER, ComputeDevice.CPU, ElementType.FLOAT32, Quantization.NF4, Optional.of(loftQ));
    }

    private static float[] logits(CausalLanguageModel of, ActiveAdapter active) {
        try (TensorScope scope = of.newScope()) {
            return of.logits(scope, IDS, active).toFloatArray();
        }
    }

    private static double largestDifference(float[] a, float[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> Math.abs((double) a[i] - b[i])).max().orElse(0);
    }

    private static double distance(float[] a, float[] b) {
        return Math.sqrt(IntStream.range(0, a.length).mapToDouble(i -> Math.pow((double) a[i] - b[i], 2)).sum());
    }
}
