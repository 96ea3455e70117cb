package org.medtune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;
import org.medtune.testing.Golden;
import org.medtune.testing.HandmadeSafetensors;

/** Folders whose files do not fit each other, and some that look odd but do. */
class ModelFolderTest {

    private static final String CONFIGURATION = """
            {"model_type": "qwen2", "hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 2,
             "num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": 16}""";
    private static final String WEIGHTS = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    @TempDir
    private Path folder;

    private Map<String, long[]> shapes;

    @BeforeEach
    void smallModel() throws IOException {
        Files.writeString(folder.resolve("config.json"), CONFIGURATION);
        shapes = WeightNames.shapes(ModelConfigurationReader.read(folder.resolve("config.json")));
        write(shapes);
    }

    @Test
    void aFolderThatFitsIsOpened() {
        // when
        ModelFolder opened = ModelFolder.open(folder);

        // then
        assertThat(opened.path()).isEqualTo(folder);
        assertThat(opened.configuration().layers()).isEqualTo(2);
        assertThat(opened.storedBytes())
                .isEqualTo(4 * shapes.values().stream().mapToLong(ModelFolderTest::elements).sum());
    }

    @Test
    void theEmbeddedModelIsOpenedByARelativePath() {
        assertThat(ModelFolder.open(Golden.MODEL).storedBytes()).isEqualTo(25_183_488);
    }

    @Test
    void aFolderOfShardsIsOpenedByAPathWithDetours() throws IOException {
        // given
        Path roundabout = Path.of("").toAbsolutePath().relativize(folder).resolve("inner/..");
        Files.createDirectory(folder.resolve("inner"));
        shards("a.safetensors");

        // then
        assertThat(ModelFolder.open(roundabout).configuration().layers()).isEqualTo(2);
    }

    @Test
    void shardsThatAreLinksAreOpened() throws IOException {
        // given: the layout of the Hugging Face cache, where a snapshot's files are links to blobs beside it
        Path snapshot = Files.createDirectories(folder.resolve("snapshots/abc"));
        Path blob = Files.createDirectory(folder.resolve("blobs")).resolve("0123");
        Files.move(folder.resolve(WEIGHTS), blob);
        Files.createSymbolicLink(snapshot.resolve("model-1.safetensors"), blob);
        Files.copy(folder.resolve("config.json"), snapshot.resolve("config.json"));
        Files.writeString(snapshot.resolve(INDEX), "{\"weight_map\": {\"x\": \"model-1.safetensors\"}}");

        // then
        assertThat(ModelFolder.open(snapshot).configuration().layers()).isEqualTo(2);
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        assertThatIsRefused(folder.resolve("absent"), "MEDTUNE000200: ", folder.resolve("absent").toString(),
                "model.folder");
    }

    @Test
    void aMissingConfigurationIsNamed() throws IOException {
        Files.delete(folder.resolve("config.json"));
        assertThatIsRefused(folder, "MEDTUNE000201: ", folder.toString(), "has no config.json");
    }

    @Test
    void missingWeightsAreNamed() throws IOException {
        Files.delete(folder.resolve(WEIGHTS));
        assertThatIsRefused(folder, "MEDTUNE000201: ", "has no model.safetensors or model.safetensors.index.json");
    }

    @Test
    void aMissingShardIsNamed() throws IOException {
        shards("here.safetensors", "gone.safetensors");
        Files.delete(folder.resolve("gone.safetensors"));
        assertThatIsRefused(folder, "MEDTUNE000201: ", "has no gone.safetensors");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside.safetensors", "inner/../../outside.safetensors"})
    void anIndexThatPointsOutsideTheFolderIsRefused(String name) throws IOException {
        // given: a file that is there
        Path inner = Files.createDirectory(folder.resolve("model"));
        Files.copy(folder.resolve("config.json"), inner.resolve("config.json"));
        Files.move(folder.resolve(WEIGHTS), folder.resolve("outside.safetensors"));
        Files.writeString(inner.resolve(INDEX), "{\"weight_map\": {\"x\": \"" + name + "\"}}");

        // then
        assertThatIsRefused(inner, "MEDTUNE000201: ", "has no " + name);
    }

    @Test
    void anIndexThatPointsToAnAbsolutePathIsRefused() throws IOException {
        Path outside = Files.move(folder.resolve(WEIGHTS), folder.resolve("outside.safetensors"));
        Path inner = Files.createDirectory(folder.resolve("model"));
        Files.copy(folder.resolve("config.json"), inner.resolve("config.json"));
        Files.writeString(inner.resolve(INDEX), "{\"weight_map\": {\"x\": \"" + outside + "\"}}");
        assertThatIsRefused(inner, "MEDTUNE000201: ", "has no " + outside);
    }

    @Test
    void anIndexWithANameThatNoFileCanHaveIsRefused() throws IOException {
        Files.writeString(folder.resolve(INDEX), "{\"weight_map\": {\"x\": \"a\\u0000b\"}}");
        assertThatIsRefused(folder, "MEDTUNE000201: ", folder.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "", "{}", "{\"weight_map\": {}}", "[]", "{\"weight_map\": \"model.safetensors\"}"})
    void anIndexWithoutAMapIsMalformed(String content) throws IOException {
        Files.writeString(folder.resolve(INDEX), content);
        assertThatIsRefused(folder, "MEDTUNE000203: ", folder.resolve(INDEX).toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 8, 100, -1})
    void truncatedWeightsAreRefused(int length) throws IOException {
        byte[] whole = Files.readAllBytes(folder.resolve(WEIGHTS));
        Files.write(folder.resolve(WEIGHTS), Arrays.copyOf(whole, length < 0 ? whole.length + length : length));
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageMatching("MEDTUNE00020[67]: .*" + WEIGHTS + ".*Copy it again.*");
    }

    @Test
    void aMissingTensorIsNamed() throws IOException {
        shapes.remove("model.layers.1.mlp.up_proj.weight");
        write(shapes);
        assertThatIsRefused(folder, "MEDTUNE000209: ", "lacks 1 tensor(s): model.layers.1.mlp.up_proj.weight");
    }

    @Test
    void ofManyMissingTensorsSomeAreNamed() throws IOException {
        shapes.keySet().removeIf(name -> name.startsWith("model.layers.1."));
        write(shapes);
        assertThatIsRefused(folder, "MEDTUNE000209: ", "lacks 12 tensor(s): model.layers.1.input_layernorm.weight, ",
                ", ...");
    }

    @Test
    void aModelWithoutItsHeadLacksIt() throws IOException {
        shapes.remove("lm_head.weight");
        write(shapes);
        assertThatIsRefused(folder, "MEDTUNE000209: ", "lm_head.weight");
    }

    @Test
    void anExtraTensorIsNamed() throws IOException {
        shapes.put("model.layers.2.mlp.up_proj.weight", new long[] {16, 8});
        write(shapes);
        assertThatIsRefused(folder, "MEDTUNE000210: ", "has 1 tensor(s)", "model.layers.2.mlp.up_proj.weight");
    }

    @Test
    void tensorsThatOlderFilesCarryAreIgnored() throws IOException {
        shapes.put("model.layers.0.self_attn.rotary_emb.inv_freq", new long[] {2});
        write(shapes);
        Files.writeString(folder.resolve("config.json"),
                CONFIGURATION.replace("}", ", \"tie_word_embeddings\": true}"));
        assertThat(ModelFolder.open(folder).configuration().tiedEmbeddings()).isTrue();
    }

    @Test
    void aTensorOfAnotherShapeIsNamedWithBoth() throws IOException {
        shapes.put("model.norm.weight", new long[] {4, 2});
        write(shapes);
        assertThatIsRefused(folder, "MEDTUNE000211: ", "model.norm.weight with shape [4, 2]", "asks for [8]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"I32", "F64:8"})
    void aTensorOfAnotherTypeIsRefused(String type) throws IOException {
        // given: the last tensor of the file in another type
        String[] parts = type.split(":");
        int bytes = parts.length > 1 ? Integer.parseInt(parts[1]) : 4;
        shapes.remove("lm_head.weight");
        write(shapes, folder.resolve("a.safetensors"));
        HandmadeSafetensors.write(folder.resolve("b.safetensors"), "{\"lm_head.weight\": {\"dtype\": \"" + parts[0]
                + "\", \"shape\": [16, 8], \"data_offsets\": [0, " + 128 * bytes + "]}}", 128 * bytes);
        Files.delete(folder.resolve(WEIGHTS));
        Files.writeString(folder.resolve(INDEX),
                "{\"weight_map\": {\"x\": \"a.safetensors\", \"lm_head.weight\": \"b.safetensors\"}}");

        // then
        assertThatIsRefused(folder, "MEDTUNE000212: ", "lm_head.weight as " + parts[0], "BF16, F16 or F32");
    }

    private static void assertThatIsRefused(Path folder, String id, String... words) {
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(id)
                .hasMessageContainingAll(words);
    }

    /** Spreads the weights over shards, the first of which takes all but one tensor for each of the others. */
    private void shards(String... names) throws IOException {
        Files.delete(folder.resolve(WEIGHTS));
        StringBuilder map = new StringBuilder();
        for (int i = 0; i < names.length; i++) {
            map.append(i == 0 ? "" : ", ").append("\"t").append(i).append("\": \"").append(names[i]).append('"');
            if (i > 0) {
                String tensor = shapes.keySet().iterator().next();
                write(Map.of(tensor, shapes.remove(tensor)), folder.resolve(names[i]));
            }
        }
        write(shapes, folder.resolve(names[0]));
        Files.writeString(folder.resolve(INDEX), "{\"weight_map\": {" + map + "}}");
    }

    private void write(Map<String, long[]> tensors) throws IOException {
        Files.deleteIfExists(folder.resolve(WEIGHTS));
        write(tensors, folder.resolve(WEIGHTS));
    }

    private static void write(Map<String, long[]> tensors, Path file) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        tensors.forEach((name, shape) ->
                writer.add(name, shape, ByteBuffer.allocate((int) elements(shape) * Float.BYTES)));
        writer.write(file);
    }

    private static long elements(long[] shape) {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }
}
