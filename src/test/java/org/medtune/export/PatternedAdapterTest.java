package org.medtune.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.StopSignal;
import org.medtune.adapter.AdapterFolder;
import org.medtune.adapter.AdapterRecord;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.adapter.ModulePatterns;
import org.medtune.generation.TextGenerator;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.ModelFolder;
import org.medtune.model.Projection;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.GgufReader;
import org.medtune.testing.Golden;

/** An adapter whose modules differ in rank and scaling: passes, generation and merging against W + scaling * B A. */
@DisplayName("An adapter with patterns")
class PatternedAdapterTest {

    private static final int[] IDS = Golden.ids(Golden.json("forward").get(0).get("ids"));
    private static final String PREFIX = "base_model.model.model.";

    @TempDir
    private static Path folder;

    private static CausalLanguageModel model;
    private static CausalLanguageModel merged;
    private static LoraAdapter adapter;

    /** Rank 4 and alpha 8, but for down_proj (rank 6), one k_proj (rank 2), v_proj (alpha 3) and one up_proj (both). */
    @BeforeAll
    static void load() throws IOException {
        Map<String, Double> ranks = new LinkedHashMap<>();
        ranks.put("down_proj", 6.0);
        ranks.put("layers.3.self_attn.k_proj", 2.0);
        ranks.put("layers.5.mlp.up_proj", 9.0);
        Map<String, Double> alphas = new LinkedHashMap<>();
        alphas.put("v_proj", 3.0);
        alphas.put("layers.5.mlp.up_proj", 20.0);
        LoraConfiguration lora = new LoraConfiguration(4, 8, 0, EnumSet.allOf(Projection.class), BiasTraining.NONE,
                false, new ModulePatterns(ranks), new ModulePatterns(alphas));
        model = EmbeddedModel.load(ElementType.FLOAT32);
        try (LoraAdapter fresh = LoraAdapter.initialize(model, lora, 1); TensorScope scope = model.newScope()) {
            scope.call("assign", fresh.parameters(), scope.copyOf(noise((int) fresh.layout().size()),
                    ElementType.FLOAT32, fresh.layout().size()));
            AdapterFolder.write(Files.createDirectory(folder.resolve("adapter")), fresh, "base", AdapterRecord.UNKNOWN);
        }
        AdapterFolder written = AdapterFolder.open(folder.resolve("adapter"));
        adapter = written.load(model);
        ModelFolder base = ModelFolder.open(Golden.MODEL);
        new SafetensorsExport(base, Optional.of(written.read(base.configuration())), Optional.of(ElementType.FLOAT32),
                SafetensorsExport.DEFAULT_SHARD_BYTES)
                .writeTo(Files.createDirectory(folder.resolve("merged")), StopSignal.NEVER);
        merged = CausalLanguageModel.load(
                ModelFolder.open(folder.resolve("merged")), ComputeDevice.CPU, ElementType.FLOAT32);
    }

    @AfterAll
    static void close() {
        adapter.close();
        model.close();
        merged.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "layers.0.self_attn.q_proj, 4, 2",
        "layers.3.self_attn.k_proj, 2, 4",
        "layers.2.self_attn.k_proj, 4, 2",
        "layers.1.self_attn.v_proj, 4, 0.75",
        "layers.4.mlp.down_proj, 6, 1.3333333333333333",
        "layers.4.mlp.up_proj, 4, 2",
        "layers.5.mlp.up_proj, 9, 2.2222222222222223"
    })
    @DisplayName("is merged as the formula says, in float64, with the rank and the scaling of each module")
    void mergedWeights(String module, int rank, double scaling) {
        // given
        String name = "model." + module + ".weight";
        Path file = folder.resolve("adapter/adapter_model.safetensors");
        float[] a = Golden.floats(file, PREFIX + module + ".lora_A.weight");
        float[] b = Golden.floats(file, PREFIX + module + ".lora_B.weight");
        int columns = a.length / rank;

        // when
        float[] actual = Golden.floats(folder.resolve("merged/model.safetensors"), name);

        // then
        ModelFolder base = ModelFolder.open(Golden.MODEL);
        ByteBuffer weights = base.map(name, 0, (int) base.tensors().get(name).length());
        for (int i = 0; i < actual.length; i += 97) {
            double expected = Float.intBitsToFloat(weights.getShort(i * Short.BYTES) << Short.SIZE);
            for (int k = 0; k < rank; k++) {
                expected += scaling * b[i / columns * rank + k] * a[k * columns + i % columns];
            }
            assertThat((double) actual[i]).isCloseTo(expected, within(1e-6));
        }
    }

    @Test
    @DisplayName("has the logits of the model that it is merged into")
    void logits() {
        float[] expected = logits(merged, merged.noAdapter());

        assertThat(largestDifference(logits(model, adapter.active()), expected)).isLessThan(2e-4);
        assertThat(largestDifference(expected, logits(model, model.noAdapter()))).isGreaterThan(0.5);
    }

    @Test
    @DisplayName("answers as the model that it is merged into")
    void generation() {
        int[] prompt = Golden.ids(Golden.json("forward").get(1).get("ids"));

        assertThat(new TextGenerator(model).greedy(prompt, 12, Set.of(), adapter.active()))
                .isEqualTo(new TextGenerator(merged).greedy(prompt, 12, Set.of(), merged.noAdapter()))
                .isNotEqualTo(new TextGenerator(model).greedy(prompt, 12, Set.of(), model.noAdapter()));
    }

    @Test
    @DisplayName("is close to it in bfloat16 too")
    void bfloat16() {
        try (CausalLanguageModel half = EmbeddedModel.load(ElementType.BFLOAT16);
                LoraAdapter loaded = AdapterFolder.open(folder.resolve("adapter")).load(half)) {
            assertThat(largestDifference(logits(half, loaded.active()), logits(model, adapter.active())))
                    .isLessThan(0.25);
        }
    }

    @Test
    @DisplayName("is exported to GGUF with the same weights")
    void gguf() throws IOException {
        // given
        ModelFolder base = ModelFolder.open(Golden.MODEL);
        Path file = folder.resolve("model.gguf");

        // when
        new GgufExport(base, Optional.of(AdapterFolder.open(folder.resolve("adapter")).read(base.configuration())),
                GgufExport.Format.F16, "patterned").write(file, StopSignal.NEVER);

        // then
        float[] expected = Golden.floats(folder.resolve("merged/model.safetensors"),
                "model.layers.5.mlp.up_proj.weight");
        ByteBuffer actual = GgufReader.read(file).data("blk.5.ffn_up.weight");
        for (int i = 0; i < expected.length; i += 31) {
            assertThat(GgufReader.half(actual.getShort(i * Short.BYTES)))
                    .isCloseTo(expected[i], within(Math.abs(expected[i]) * 0x1p-10f + 1e-7f));
        }
    }

    private static float[] logits(CausalLanguageModel of, ActiveAdapter active) {
        try (TensorScope scope = of.newScope()) {
            return of.logits(scope, IDS, active).toFloatArray();
        }
    }

    private static double largestDifference(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
        }
        return largest;
    }

    private static ByteBuffer noise(int elements) {
        Random random = new Random(3);
        ByteBuffer bytes = ByteBuffer.allocateDirect(elements * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            bytes.putFloat((float) (random.nextGaussian() * 0.04));
        }
        return bytes.flip();
    }
}
