package org.medtune.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.medtune.InvalidInputException;
import org.medtune.StopSignal;
import org.medtune.adapter.AdapterFolder;
import org.medtune.adapter.AdapterRecord;
import org.medtune.adapter.AdapterValues;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.ModelFolder;
import org.medtune.model.Projection;
import org.medtune.model.SafetensorsFile;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.Golden;
import org.medtune.testing.RewrittenModel;

@DisplayName("A model folder for other programs")
class SafetensorsExportTest {

    private static final Path ADAPTER = Golden.FOLDER.resolve("lora-r16-final");
    private static final int[] IDS = Golden.ids(Golden.json("forward").get(0).get("ids"));

    private static ModelFolder base;
    private static CausalLanguageModel model;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load() {
        base = ModelFolder.open(Golden.MODEL);
        model = EmbeddedModel.load(ElementType.FLOAT32);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    @DisplayName("is the base model again where there is no adapter, files of its tokenizer and all")
    void withoutAdapter() throws IOException {
        // when
        new SafetensorsExport(base, Optional.empty(), Optional.empty(), SafetensorsExport.DEFAULT_SHARD_BYTES)
                .writeTo(folder, StopSignal.NEVER);

        // then
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("README.md",
                    "config.json", "generation_config.json", "model.safetensors", "tokenizer.json",
                    "tokenizer_config.json");
        }
        assertThat(folder.resolve("config.json")).hasSameBinaryContentAs(Golden.MODEL.resolve("config.json"));
        ModelFolder written = ModelFolder.open(folder);
        assertThat(written.tensors().keySet()).containsExactlyElementsOf(base.tensors().keySet());
        base.tensors().forEach((name, entry) -> {
            assertThat(written.tensors().get(name).type()).isEqualTo(entry.type());
            assertThat(written.tensors().get(name).shape()).isEqualTo(entry.shape());
            assertThat(written.map(name, 0, (int) entry.length())).isEqualTo(base.map(name, 0, (int) entry.length()));
        });
    }

    @Test
    @DisplayName("answers in float32 as the base model with its adapter does")
    void mergedInFloat32() throws IOException {
        // when
        export(ADAPTER, Optional.of(ElementType.FLOAT32)).writeTo(folder, StopSignal.NEVER);

        // then
        assertThat(largestDifference(merged(folder), withAdapter(ADAPTER))).isLessThan(1e-4);
        assertThat(largestDifference(merged(folder), logits(model, model.noAdapter()))).isGreaterThan(1);
        assertThat(config(folder).path("dtype").asText()).isEqualTo("float32");
    }

    @Test
    @DisplayName("has the base model's types otherwise, each weight rounded once")
    void mergedInBfloat16() throws IOException {
        // when
        export(ADAPTER, Optional.empty()).writeTo(folder, StopSignal.NEVER);

        // then
        ModelFolder written = ModelFolder.open(folder);
        assertThat(written.tensors().values()).allMatch(entry -> entry.type() == ElementType.BFLOAT16);
        for (String module : List.of("layers.0.self_attn.k_proj", "layers.5.mlp.down_proj")) {
            String name = "model." + module + ".weight";
            float[] before = halves(base, name);
            float[] after = halves(written, name);
            double[] exact = exactlyMerged(module, before, base.tensors().get(name).shape());
            for (int i = 0; i < after.length; i++) {
                // half a unit in the last of eight bits, and float32's own rounding
                assertThat((double) after[i]).isCloseTo(exact[i], within(Math.abs(exact[i]) * (0x1p-8 + 1e-5) + 1e-9));
            }
        }
        assertThat(largestDifference(merged(folder), withAdapter(ADAPTER))).isLessThan(0.25);
    }

    @Test
    @DisplayName("is split into files of the size that was asked for, with an index")
    void shards() throws IOException {
        // when
        new SafetensorsExport(base, Optional.empty(), Optional.empty(), 4_000_000).writeTo(folder, StopSignal.NEVER);

        // then
        JsonNode index = new ObjectMapper().readTree(folder.resolve("model.safetensors.index.json").toFile());
        assertThat(index.at("/metadata/total_size").asLong()).isEqualTo(base.storedBytes());
        assertThat(index.path("weight_map").properties().stream().map(Map.Entry::getKey))
                .containsExactlyInAnyOrderElementsOf(base.tensors().keySet());
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
        }
        assertThat(files).hasSizeGreaterThan(4);
        assertThat(files.get(1).getFileName()).hasToString("model-00002-of-0000" + files.size() + ".safetensors");
        for (Path file : files) {
            Map<String, SafetensorsFile.Entry> entries = SafetensorsFile.open(file).entries();
            assertThat(entries.size() == 1 || Files.size(file) < 4_010_000).isTrue();
            entries.keySet().forEach(name -> assertThat(index.path("weight_map").path(name).asText())
                    .isEqualTo(file.getFileName().toString()));
        }
        assertThat(ModelFolder.open(folder).fingerprint()).isEqualTo(base.fingerprint());
    }

    @Test
    @DisplayName("has the trained biases, and only the adapter's own modules changed")
    void biases(@TempDir Path adapterFolder) throws IOException {
        // given: an adapter whose values are all trained to a half
        LoraConfiguration lora = new LoraConfiguration(2, 4, 0, EnumSet.of(Projection.V), BiasTraining.LORA_ONLY, true);
        try (LoraAdapter adapter = LoraAdapter.initialize(model, lora, 1); TensorScope scope = model.newScope()) {
            scope.call("fill", adapter.parameters(), 0.5);
            AdapterFolder.write(adapterFolder, adapter, "base", AdapterRecord.UNKNOWN);
        }

        // when
        export(adapterFolder, Optional.of(ElementType.FLOAT32)).writeTo(folder, StopSignal.NEVER);

        // then
        assertThat(Golden.floats(folder.resolve("model.safetensors"), "model.layers.3.self_attn.v_proj.bias"))
                .containsOnly(0.5f);
        assertThat(Golden.floats(folder.resolve("model.safetensors"), "model.layers.3.self_attn.q_proj.bias"))
                .isEqualTo(halves(base, "model.layers.3.self_attn.q_proj.bias"));
        assertThat(Golden.floats(folder.resolve("model.safetensors"), "model.layers.3.self_attn.k_proj.weight"))
                .isEqualTo(halves(base, "model.layers.3.self_attn.k_proj.weight"));
        assertThat(largestDifference(merged(folder), withAdapter(adapterFolder))).isLessThan(1e-3);
    }

    @Test
    @DisplayName("is refused in float16 where a value does not fit")
    void tooLargeForHalf(@TempDir Path large) throws IOException {
        // given
        new RewrittenModel().replace("model.norm.weight", (shape, values) -> values.putFloat(4, 70_000))
                .writeTo(large);

        // then
        assertThatThrownBy(() -> new SafetensorsExport(ModelFolder.open(large), Optional.empty(),
                Optional.of(ElementType.FLOAT16), SafetensorsExport.DEFAULT_SHARD_BYTES)
                .writeTo(folder, StopSignal.NEVER))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000515: The tensor model.norm.weight has a value of magnitude 70000");
    }

    @Test
    @DisplayName("takes as many bytes as it says")
    void size() throws IOException {
        // given
        SafetensorsExport export = export(ADAPTER, Optional.of(ElementType.FLOAT16));

        // when
        export.writeTo(folder, StopSignal.NEVER);

        // then
        assertThat(Files.size(folder.resolve("model.safetensors")))
                .isBetween(export.bytes(), export.bytes() + 20_000);
        assertThat(export.bytes()).isEqualTo(base.storedBytes());
    }

    private static SafetensorsExport export(Path adapter, Optional<ElementType> type) {
        AdapterValues values = AdapterFolder.open(adapter).read(base.configuration());
        return new SafetensorsExport(base, Optional.of(values), type, SafetensorsExport.DEFAULT_SHARD_BYTES);
    }

    private static float[] withAdapter(Path adapter) {
        try (LoraAdapter loaded = AdapterFolder.open(adapter).load(model)) {
            return logits(model, loaded.active());
        }
    }

    private static float[] merged(Path folder) {
        try (CausalLanguageModel loaded =
                CausalLanguageModel.load(ModelFolder.open(folder), ComputeDevice.CPU, ElementType.FLOAT32)) {
            return logits(loaded, loaded.noAdapter());
        }
    }

    private static float[] logits(CausalLanguageModel of, ActiveAdapter adapter) {
        try (TensorScope scope = of.newScope()) {
            return of.logits(scope, IDS, adapter).toFloatArray();
        }
    }

    private static double largestDifference(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
        }
        return largest;
    }

    /** W + B A in float64, with the factors as PEFT wrote them; alpha / r is 1. */
    private static double[] exactlyMerged(String module, float[] weight, long[] shape) {
        Path file = ADAPTER.resolve("adapter_model.safetensors");
        float[] a = Golden.floats(file, "base_model.model.model." + module + ".lora_A.weight");
        float[] b = Golden.floats(file, "base_model.model.model." + module + ".lora_B.weight");
        int columns = (int) shape[1];
        double[] merged = new double[weight.length];
        for (int i = 0; i < merged.length; i++) {
            merged[i] = weight[i];
            for (int rank = 0; rank < 16; rank++) {
                merged[i] += (double) b[i / columns * 16 + rank] * a[rank * columns + i % columns];
            }
        }
        return merged;
    }

    private static float[] halves(ModelFolder of, String name) {
        ByteBuffer bytes = of.map(name, 0, (int) of.tensors().get(name).length());
        float[] values = new float[bytes.remaining() / Short.BYTES];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(bytes.getShort(i * Short.BYTES) << Short.SIZE);
        }
        return values;
    }

    private static JsonNode config(Path folder) throws IOException {
        return new ObjectMapper().readTree(folder.resolve("config.json").toFile());
    }
}
