package org.medtune.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.Projection;
import org.medtune.model.SafetensorsFile;
import org.medtune.model.SafetensorsWriter;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.Golden;
import org.medtune.testing.HandmadeSafetensors;

/** Adapter folders against PEFT's own, and those that are refused. */
class AdapterFolderTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Path GOLDEN = Golden.FOLDER.resolve("lora-r16-init");
    private static final AdapterRecord RECORD = new AdapterRecord("medical", 2048, 60, "base", "none");
    private static final Set<Projection> ALL = EnumSet.allOf(Projection.class);
    private static final LoraConfiguration SMALL = new LoraConfiguration(
            2, 4, 0, EnumSet.of(Projection.Q), BiasTraining.NONE, false);
    private static final String FIRST = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight";

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

    static Stream<LoraConfiguration> configurations() {
        return Stream.of(
                new LoraConfiguration(4, 8, 0.1, ALL, BiasTraining.NONE, true),
                new LoraConfiguration(4, 8, 0, ALL, BiasTraining.ALL, false),
                new LoraConfiguration(4, 8, 0, EnumSet.of(Projection.K, Projection.UP), BiasTraining.LORA_ONLY, false),
                new LoraConfiguration(4, 8, 0, EnumSet.of(Projection.UP), BiasTraining.ALL, false),
                new LoraConfiguration(1, 0.5, 0, EnumSet.of(Projection.O, Projection.DOWN), BiasTraining.NONE, false),
                new LoraConfiguration(4, 8, 0, ALL, BiasTraining.LORA_ONLY, true,
                        new ModulePatterns(Map.of("down_proj", 6.0)),
                        new ModulePatterns(Map.of("layers.0.self_attn.q_proj", 0.5))));
    }

    @Test
    void theWeightsFileIsTheOneThatPeftWrites() throws IOException {
        // when
        rewriteGolden();

        // then: names, types, shapes and values, in the same order
        SafetensorsFile golden = SafetensorsFile.open(GOLDEN.resolve("adapter_model.safetensors"));
        SafetensorsFile written = SafetensorsFile.open(folder.resolve("adapter_model.safetensors"));
        assertThat(written.entries().keySet()).containsExactlyElementsOf(golden.entries().keySet());
        golden.entries().forEach((name, entry) -> {
            SafetensorsFile.Entry own = written.entries().get(name);
            assertThat(own.type()).as(name).isEqualTo(entry.type());
            assertThat(own.shape()).as(name).isEqualTo(entry.shape());
            assertThat(written.map(own, 0, (int) own.length())).as(name)
                    .isEqualTo(golden.map(entry, 0, (int) entry.length()));
        });
        assertThat(header(folder).get("__metadata__")).isEqualTo(header(GOLDEN).get("__metadata__"));
    }

    @Test
    void theConfigurationFileIsTheOneThatPeftWrites() throws IOException {
        // when
        rewriteGolden();

        // then
        ObjectNode golden = (ObjectNode) MAPPER.readTree(GOLDEN.resolve("adapter_config.json").toFile());
        ObjectNode written = (ObjectNode) MAPPER.readTree(folder.resolve("adapter_config.json").toFile());
        assertThat(written.get("base_model_name_or_path").asText()).isEqualTo("models/tiny");
        assertThat(written.remove("target_modules"))
                .containsExactlyInAnyOrderElementsOf(golden.remove("target_modules"));
        written.set("base_model_name_or_path", golden.get("base_model_name_or_path"));
        assertThat(written).isEqualTo(golden);
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void whatIsWrittenIsReadAgain(LoraConfiguration configuration) throws IOException {
        // given: values that differ everywhere
        try (LoraAdapter adapter = LoraAdapter.initialize(model, configuration, 7);
                TensorScope scope = model.newScope()) {
            ByteBuffer values = LoraAdapter.allocate(adapter.layout());
            for (int i = 0; i < adapter.layout().size(); i++) {
                values.putFloat(i * Float.BYTES, i + 0.5f);
            }
            scope.call("assign", adapter.parameters(),
                    scope.copyOf(values, ElementType.FLOAT32, adapter.layout().size()));

            // when
            AdapterFolder.write(folder, adapter, "models/tiny", RECORD);
            AdapterFolder read = AdapterFolder.open(folder);

            // then
            assertThat(read.configuration()).isEqualTo(configuration);
            assertThat(read.adapterRecord()).isEqualTo(RECORD);
            assertThat(read.path()).isEqualTo(folder);
            try (LoraAdapter loaded = read.load(model)) {
                assertThat(loaded.parameters().toFloatArray()).isEqualTo(adapter.parameters().toFloatArray());
            }
        }
    }

    @Test
    void trainedBiasesHaveTheNamesThatPeftLoads() throws IOException {
        // when
        write(new LoraConfiguration(2, 4, 0, EnumSet.of(Projection.K), BiasTraining.LORA_ONLY, false));

        // then: PEFT's wrapping moves a target's bias below base_layer
        assertThat(header(folder).get("base_model.model.model.layers.5.self_attn.k_proj.base_layer.bias").get("shape"))
                .extracting(JsonNode::asInt).containsExactly(128);
        assertThat(header(folder).size()).isEqualTo(1 + 6 * 3);
    }

    @Test
    void biasesOutsideTheTargetModulesKeepTheirOwnNames() throws IOException {
        // when
        write(new LoraConfiguration(2, 4, 0, EnumSet.of(Projection.K), BiasTraining.ALL, false));

        // then: PEFT wraps target modules only, so the others' biases stand where they stood
        assertThat(header(folder).has("base_model.model.model.layers.0.self_attn.k_proj.base_layer.bias")).isTrue();
        assertThat(header(folder).has("base_model.model.model.layers.0.self_attn.q_proj.bias")).isTrue();
        assertThat(header(folder).has("base_model.model.model.layers.0.self_attn.q_proj.base_layer.bias")).isFalse();
    }

    @Test
    void anAdapterOfAnotherProgramHasAnUnknownRecord() throws IOException {
        // given
        write(SMALL);

        // when
        Files.delete(folder.resolve("medtune.json"));

        // then
        assertThat(AdapterFolder.open(folder).adapterRecord()).isEqualTo(AdapterRecord.UNKNOWN);
        assertThat(AdapterFolder.open(GOLDEN).adapterRecord()).isEqualTo(AdapterRecord.UNKNOWN);
    }

    @Test
    void allLinearMeansEveryProjection() throws IOException {
        // given
        write(SMALL);
        configure(root -> root.put("target_modules", "all-linear"));

        // then
        assertThat(AdapterFolder.open(folder).configuration().targetModules()).isEqualTo(ALL);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "use_dora            | true                 | absent",
        "fan_in_fan_out      | true                 | absent",
        "lora_bias           | true                 | absent",
        "rank_pattern        | {\"q_proj\": \"8\"}  | an object of numbers",
        "alpha_pattern       | {\"q_proj\": null}   | an object of numbers",
        "modules_to_save     | [\"lm_head\"]        | absent",
        "layers_to_transform | [0, 1]               | absent",
        "layers_to_transform | 3                    | absent",
        "exclude_modules     | \"k_proj\"           | absent",
        "peft_type           | \"IA3\"              | LORA",
        "peft_type           | null                 | LORA",
        "bias                | \"some\"             | none, all or lora_only",
        "init_lora_weights   | \"pissa_niter_16\"   | true",
        "init_lora_weights   | \"olora\"            | true",
        "target_modules      | [\"q_proj\", \"fc1\"] | q_proj, k_proj",
        "target_modules      | \".*q_proj\"         | q_proj, k_proj"
    })
    void whatCannotBeComputedIsRefusedWithItsName(String name, String value, String supported) throws IOException {
        // given
        write(SMALL);
        JsonNode node = MAPPER.readTree(value);
        configure(root -> root.set(name, node));

        // then
        assertThatThrownBy(() -> AdapterFolder.open(folder))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000306: ")
                .hasMessageContaining(folder.resolve("adapter_config.json").toString())
                .hasMessageContaining("sets " + name + " to")
                .hasMessageContaining(supported);
    }

    @Test
    void patternsAreWrittenAsPeftWritesThemInTheirOrder() throws IOException {
        // given
        Map<String, Double> ranks = new LinkedHashMap<>();
        ranks.put("layers.0.self_attn.q_proj", 3.0);
        ranks.put("q_proj", 1.0);

        // when
        write(new LoraConfiguration(2, 4, 0, EnumSet.of(Projection.Q), BiasTraining.NONE, false,
                new ModulePatterns(ranks), new ModulePatterns(Map.of("q_proj", 2.5))));

        // then
        JsonNode root = MAPPER.readTree(folder.resolve("adapter_config.json").toFile());
        assertThat(root.get("rank_pattern")).hasToString("{\"layers.0.self_attn.q_proj\":3,\"q_proj\":1}");
        assertThat(root.get("alpha_pattern")).hasToString("{\"q_proj\":2.5}");
        assertThat(header(folder).get(FIRST).get("shape")).hasToString("[3,384]");
        assertThat(header(folder).get(FIRST.replace("layers.0", "layers.1")).get("shape")).hasToString("[1,384]");
    }

    @Test
    void aPatternThatMatchesNothingIsPassedOverAsInPeft() throws IOException {
        // given
        write(SMALL);
        configure(root -> root.putObject("rank_pattern").put("fc1", 8));

        // then
        try (LoraAdapter loaded = AdapterFolder.open(folder).load(model)) {
            assertThat(loaded.configuration().rank(0, Projection.Q)).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false", "\"gaussian\"", "\"orthogonal\"", "\"eva\""})
    void startingValuesThatLeaveTheBaseModelAloneAreAccepted(String value) throws IOException {
        // given
        write(SMALL);
        JsonNode node = MAPPER.readTree(value);
        configure(root -> root.set("init_lora_weights", node));

        // then
        assertThat(AdapterFolder.open(folder).configuration()).isEqualTo(SMALL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"adapter_config.json", "adapter_model.safetensors"})
    void aMissingFileIsNamed(String file) throws IOException {
        // given
        write(SMALL);
        Files.delete(folder.resolve(file));

        // then
        assertThatThrownBy(() -> AdapterFolder.open(folder))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000304: ")
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("has no " + file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"adapter_config.json", "medtune.json"})
    void aFileThatIsNoJsonIsMalformed(String file) throws IOException {
        // given
        write(SMALL);
        Files.writeString(folder.resolve(file), "{\"r\": ");

        // then
        assertThatThrownBy(() -> AdapterFolder.open(folder))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000305: ")
                .hasMessageContaining(folder.resolve(file).toString());
    }

    @Test
    void aMissingTensorIsNamed() throws IOException {
        // given: weights of a smaller rank's configuration with a module more
        write(SMALL);
        configure(root -> root.withArray("target_modules").add("down_proj"));

        // then
        assertThatLoadingIsRefused("MEDTUNE000307: ",
                "lacks the tensor base_model.model.model.layers.0.mlp.down_proj.lora_A.weight");
    }

    @Test
    void anExtraTensorIsNamed() throws IOException {
        // given
        write(new LoraConfiguration(2, 4, 0, EnumSet.of(Projection.Q, Projection.DOWN), BiasTraining.NONE, false));
        configure(root -> root.putArray("target_modules").add("q_proj"));

        // then
        assertThatLoadingIsRefused("MEDTUNE000309: ",
                "the tensor base_model.model.model.layers.0.mlp.down_proj.lora_A.weight, which");
    }

    @Test
    void aTensorOfAnotherShapeIsNamedWithBoth() throws IOException {
        // given
        write(SMALL);
        configure(root -> root.put("r", 3));

        // then
        assertThatLoadingIsRefused("MEDTUNE000308: ", FIRST + " as F32 [2, 384] where F32 [3, 384]");
    }

    @Test
    void aTensorOfAnotherTypeIsNamed() throws IOException {
        // given: float64 of the right shape
        write(SMALL);
        Files.delete(folder.resolve("adapter_model.safetensors"));
        HandmadeSafetensors.write(folder.resolve("adapter_model.safetensors"), "{\"" + FIRST
                + "\": {\"dtype\": \"F64\", \"shape\": [2, 384], \"data_offsets\": [0, 6144]}}", 6144);

        // then
        assertThatLoadingIsRefused("MEDTUNE000308: ", FIRST + " as F64 [2, 384] where F32 [2, 384]");
    }

    @Test
    void truncatedWeightsAreRefused() throws IOException {
        // given
        write(SMALL);
        Path weights = folder.resolve("adapter_model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(bytes, bytes.length - 1));

        // then
        assertThatThrownBy(() -> AdapterFolder.open(folder))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000206: ")
                .hasMessageContaining(weights.toString());
    }

    @Test
    void anExistingAdapterIsNotOverwritten() throws IOException {
        // given
        Files.createDirectories(folder);
        new SafetensorsWriter().write(folder.resolve("adapter_model.safetensors"));

        // then
        assertThatThrownBy(() -> write(SMALL)).isInstanceOf(IOException.class);
    }

    private void assertThatLoadingIsRefused(String id, String words) {
        AdapterFolder opened = AdapterFolder.open(folder);
        assertThatThrownBy(() -> opened.load(model))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(id)
                .hasMessageContaining(folder.resolve("adapter_model.safetensors").toString())
                .hasMessageContaining(words);
    }

    private void rewriteGolden() throws IOException {
        try (LoraAdapter adapter = AdapterFolder.open(GOLDEN).load(model)) {
            AdapterFolder.write(folder, adapter, "models/tiny", RECORD);
        }
    }

    private void write(LoraConfiguration configuration) throws IOException {
        try (LoraAdapter adapter = LoraAdapter.initialize(model, configuration, 7)) {
            AdapterFolder.write(folder, adapter, "models/tiny", RECORD);
        }
    }

    private void configure(Consumer<ObjectNode> change) throws IOException {
        Path file = folder.resolve("adapter_config.json");
        ObjectNode root = (ObjectNode) MAPPER.readTree(file.toFile());
        change.accept(root);
        MAPPER.writeValue(file.toFile(), root);
    }

    private static JsonNode header(Path folder) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("adapter_model.safetensors")))
                .order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = new byte[(int) bytes.getLong()];
        bytes.get(header);
        return MAPPER.readTree(header);
    }
}
