package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;
import org.medtune.RecoverableException;
import org.medtune.adapter.AdapterFolder;
import org.medtune.adapter.AdapterRecord;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.Projection;
import org.medtune.model.SafetensorsFile;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.CapturedLog;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.ShortRows;

/** What the store finds again, passes over and refuses. */
class CheckpointStoreTest {

    private static final LoraConfiguration LORA = new LoraConfiguration(
            2, 4, 0, EnumSet.of(Projection.Q, Projection.V), BiasTraining.NONE, false);
    private static final Map<String, String> RUN = Map.of("seed", "3407", "lora.r", "2", "model.folder", "tiny");
    private static final List<String> FILES = List.of("adapter_config.json", "adapter_model.safetensors",
            "manifest.json", "medtune.json", "optimizer.safetensors", "trainer_state.json");

    private static CausalLanguageModel model;
    private static LoraAdapter adapter;
    private static LoraTrainer trainer;

    @TempDir
    private static Path pristine;

    @TempDir
    private Path folder;

    private CheckpointStore store;

    @BeforeAll
    static void twoCheckpoints() {
        model = EmbeddedModel.load(ElementType.FLOAT32);
        adapter = LoraAdapter.initialize(model, LORA, 1);
        trainer = ShortRows.trainer(model, adapter, ShortRows.recipe(2, GradientCheckpointing.ON));
        for (int step = 1; step <= 2; step++) {
            trainer.step();
            store(pristine, RUN).save(trainer);
        }
    }

    @AfterAll
    static void close() {
        trainer.close();
        adapter.close();
        model.close();
    }

    @BeforeEach
    void copy() throws IOException {
        store = store(folder, RUN);
        for (int step = 1; step <= 2; step++) {
            Files.createDirectory(checkpoint(step));
            for (String file : FILES) {
                Files.copy(pristine.resolve("checkpoint-" + step).resolve(file), checkpoint(step).resolve(file));
            }
        }
    }

    static Stream<String> files() {
        return FILES.stream();
    }

    @Test
    void aCheckpointConsistsOfTheseFiles() throws IOException {
        try (Stream<Path> files = Files.list(pristine.resolve("checkpoint-2"))) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrderElementsOf(FILES);
        }
    }

    @Test
    void theNewestIntactCheckpointIsFound() throws IOException {
        // given: one whose number is larger though its name sorts before
        assertThat(store.newestIntact()).contains(checkpoint(2));
        Files.move(checkpoint(1), checkpoint(10));

        // then
        assertThat(store.newestIntact()).contains(checkpoint(10));
    }

    @Test
    void theAdapterOfACheckpointIsThatOfItsStep() {
        // when
        try (LoraAdapter loaded = store.loadAdapter(checkpoint(2), model)) {
            // then
            assertThat(loaded.parameters().toFloatArray()).isEqualTo(adapter.parameters().toFloatArray());
            assertThat(AdapterFolder.open(checkpoint(2)).adapterRecord())
                    .isEqualTo(new AdapterRecord("medical", 64, 2, "base", "nf4"));
        }
    }

    @Test
    void withoutCheckpointsThereIsNothingToResume() {
        assertThat(store(folder.resolve("absent"), RUN).newestIntact()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("files")
    void aCheckpointWithAFlippedByteIsPassedOver(String file) throws IOException {
        // given
        Path damaged = checkpoint(2).resolve(file);
        byte[] bytes = Files.readAllBytes(damaged);
        for (int place : new int[] {0, bytes.length / 2, bytes.length - 1}) {
            byte[] flipped = bytes.clone();
            flipped[place] ^= 1;
            Files.write(damaged, flipped);

            // then
            assertThatCheckpoint2IsPassedOver();
        }
    }

    @Test
    void aFlippedByteAnywhereInTheManifestIsNoticed() throws IOException {
        // given
        Path manifest = checkpoint(2).resolve("manifest.json");
        byte[] bytes = Files.readAllBytes(manifest);

        for (int place = 0; place < bytes.length; place++) {
            // when
            byte[] flipped = bytes.clone();
            flipped[place] ^= 1;
            Files.write(manifest, flipped);

            // then
            assertThat(Manifest.damageOf(checkpoint(2))).as("byte %d", place).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "null", "[]", "", "{\"files\": null}", "{\"files\": [{\"name\": \"a\\u0000b\"}]}",
        "{\"files\": [null]}", "{\"files\": []}"})
    void aManifestThatDescribesNothingIsDamage(String content) throws IOException {
        // given
        Files.writeString(checkpoint(2).resolve("manifest.json"), content);

        // then
        assertThatCheckpoint2IsPassedOver();
    }

    @ParameterizedTest
    @MethodSource("files")
    void aCheckpointWithATruncatedFileIsPassedOver(String file) throws IOException {
        // given
        Path damaged = checkpoint(2).resolve(file);
        byte[] bytes = Files.readAllBytes(damaged);
        for (int length : new int[] {bytes.length - 1, bytes.length / 2, 0}) {
            Files.write(damaged, Arrays.copyOf(bytes, length));

            // then
            assertThatCheckpoint2IsPassedOver();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void aCheckpointWithAMissingFileIsPassedOverWithItsName(String file) throws IOException {
        // given
        Files.delete(checkpoint(2).resolve(file));

        // then
        assertThat(assertThatCheckpoint2IsPassedOver()).contains(file);
    }

    @Test
    void whenAllAreDamagedThereIsNothingToResume() throws IOException {
        // given
        Files.delete(checkpoint(1).resolve("optimizer.safetensors"));
        Files.delete(checkpoint(2).resolve("manifest.json"));

        // then
        assertThat(store.newestIntact()).isEmpty();
    }

    @Test
    void aCheckpointOfAnotherRunIsRefusedWithAllThatDiffers() {
        // given
        CheckpointStore other = store(folder, Map.of("seed", "1", "lora.r", "2", "dataset.sha256", "abc"));

        // then
        assertThatThrownBy(other::newestIntact)
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000508: ")
                .hasMessageContaining(checkpoint(2).toString())
                .hasMessageContaining("seed was 3407 and is now 1")
                .hasMessageContaining("model.folder was tiny and is now absent")
                .hasMessageContaining("dataset.sha256 was absent and is now abc")
                .hasMessageNotContaining("lora.r")
                .hasMessageContaining("start a new run");
    }

    @Test
    void theRemainsOfADeadWriterAreIgnored() throws IOException {
        // given: a writer that died just before its folder got its name
        Files.move(checkpoint(2), folder.resolve(".writing-7d0c"));

        // then
        assertThat(store.newestIntact()).contains(checkpoint(1));

        // when
        AtomicFolder.deleteRemains(folder);

        // then
        assertThat(folder).isDirectoryNotContaining("glob:**/.writing-*");
        assertThat(store.newestIntact()).contains(checkpoint(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"checkpoint-", "checkpoint-x", "checkpoint--1", "checkpoint-3.damaged-5", "notes",
        "checkpoint-99999999999"})
    void foldersOfOtherNamesAreNoCheckpoints(String name) throws IOException {
        // given
        Files.createDirectory(folder.resolve(name));

        // then
        assertThat(store.newestIntact()).contains(checkpoint(2));
    }

    @Test
    void savingOverAnIntactCheckpointKeepsIt() throws IOException {
        // given
        Object before = fileKey(checkpoint(2).resolve("adapter_model.safetensors"));

        // when
        Path saved = store.save(trainer);

        // then
        assertThat(saved).isEqualTo(checkpoint(2));
        assertThat(fileKey(checkpoint(2).resolve("adapter_model.safetensors"))).isEqualTo(before);
    }

    @Test
    void savingWhereADamagedOneLiesSetsThatAside() throws IOException {
        // given
        Files.writeString(checkpoint(2).resolve("trainer_state.json"), "damaged");

        // when
        store.save(trainer);

        // then
        assertThat(store.newestIntact()).contains(checkpoint(2));
        try (Stream<Path> children = Files.list(folder)) {
            assertThat(children.filter(child -> child.getFileName().toString().startsWith("checkpoint-2.damaged-")))
                    .singleElement()
                    .satisfies(aside -> assertThat(aside.resolve("trainer_state.json")).hasContent("damaged"));
        }
    }

    @Test
    void aPlaceThatCannotBeWrittenIsRecoverable() throws IOException {
        // given
        Path file = Files.writeString(folder.resolve("file"), "in the way");

        // then
        assertThatThrownBy(() -> store(file.resolve("checkpoints"), RUN).save(trainer))
                .isInstanceOf(RecoverableException.class)
                .hasMessageStartingWith("MEDTUNE000504: ")
                .hasMessageContaining(file.resolve("checkpoints/checkpoint-2").toString());
    }

    @Test
    void theRoomForACheckpointCoversWhatItTakes() throws IOException {
        try (Stream<Path> files = Files.list(checkpoint(2))) {
            assertThat(files.mapToLong(file -> file.toFile().length()).sum())
                    .isLessThanOrEqualTo(CheckpointStore.bytes(adapter.layout().size(), adapter.layout().size(),
                            MomentStorage.FLOAT32));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theStateOfTheOptimizerHasTheTypesInWhichItIsKept(MomentStorage moments) {
        // given: a store without a fingerprint by which the two would be told apart
        try (LoraAdapter other = LoraAdapter.initialize(model, LORA, 1);
                LoraTrainer saved = ShortRows.trainer(model, other,
                        ShortRows.recipe(1, GradientCheckpointing.ON, moments));
                LoraTrainer unlike = ShortRows.trainer(model, other, ShortRows.recipe(1, GradientCheckpointing.ON,
                        moments == MomentStorage.FLOAT32 ? MomentStorage.EIGHT_BIT : MomentStorage.FLOAT32))) {
            saved.step();

            // when
            Path written = store(folder.resolve("typed"), RUN).save(saved);

            // then
            Set<ElementType> types = SafetensorsFile.open(written.resolve("optimizer.safetensors")).entries().values()
                    .stream().map(SafetensorsFile.Entry::type).collect(Collectors.toSet());
            assertThat(types).isEqualTo(moments == MomentStorage.FLOAT32
                    ? Set.of(ElementType.FLOAT32) : Set.of(ElementType.FLOAT32, ElementType.UINT8));
            assertThatThrownBy(() -> store(folder.resolve("typed"), RUN).restore(written, unlike))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageStartingWith("MEDTUNE000511: The optimizer's state " + written)
                    .hasMessageContaining("Restart with the value of optim that the run began with");
        }
    }

    @Test
    void theNewestCheckpointsAreKept() throws IOException {
        // given
        copyAs(1, 3);
        copyAs(1, 4);

        // when
        store.keepNewest(2, checkpoint -> false);

        // then
        assertThat(names()).containsExactly("checkpoint-3", "checkpoint-4");
    }

    @Test
    void withoutALimitAllAreKept() throws IOException {
        store.keepNewest(0, checkpoint -> false);

        assertThat(names()).containsExactly("checkpoint-1", "checkpoint-2");
    }

    @ParameterizedTest
    @MethodSource("files")
    void theLastIntactOneIsNeverRemoved(String file) throws IOException {
        // given: two newer ones that are damaged
        for (int step : new int[] {3, 4}) {
            copyAs(1, step);
            Files.write(checkpoint(step).resolve(file), new byte[] {1});
        }
        Files.delete(checkpoint(1).resolve("medtune.json"));

        // when
        store.keepNewest(1, checkpoint -> false);

        // then
        assertThat(names()).containsExactly("checkpoint-2", "checkpoint-3", "checkpoint-4");
    }

    @Test
    void oneThatIsInUseIsNotRemoved() throws IOException {
        // given
        copyAs(1, 3);

        // when
        store.keepNewest(1, checkpoint(1)::equals);

        // then
        assertThat(names()).containsExactly("checkpoint-1", "checkpoint-3");
    }

    @ParameterizedTest
    @CsvSource({"adapter, NaN", "adapter, Infinity", "exp_avg.matrices, -Infinity", "exp_avg_sq.matrices, NaN"})
    void whatIsNoNumberNeverReachesACheckpoint(String tensor, float value) {
        // given
        try (LoraAdapter other = LoraAdapter.initialize(model, LORA, 1);
                LoraTrainer broken = ShortRows.trainer(model, other, ShortRows.recipe(1, GradientCheckpointing.ON));
                TensorScope scope = model.newScope()) {
            broken.step();
            Map<String, Tensor> state = new HashMap<>(broken.optimizer().state());
            state.put("adapter", other.parameters());
            Tensor flat = state.get(tensor);
            float[] values = flat.toFloatArray();
            values[values.length / 2] = value;
            ByteBuffer bytes = ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            scope.call("assign", flat, scope.copyOf(bytes, ElementType.FLOAT32, values.length));

            // then
            Path place = folder.resolve("broken");
            assertThatThrownBy(() -> store(place, RUN).save(broken))
                    .isInstanceOf(RecoverableException.class)
                    .hasMessageStartingWith("MEDTUNE000647: After optimizer step 1 the tensor " + tensor);
            assertThat(place).doesNotExist();
        }
    }

    @Test
    void theGreatestNumbersAreNumbersAllTheSame() {
        // given: a sum or a difference of them would be infinite
        try (LoraAdapter other = LoraAdapter.initialize(model, LORA, 1);
                LoraTrainer large = ShortRows.trainer(model, other, ShortRows.recipe(1, GradientCheckpointing.ON));
                TensorScope scope = model.newScope()) {
            large.step();
            scope.call("fill", other.parameters(), (double) Float.MAX_VALUE);
            scope.call("fill", large.optimizer().state().get("exp_avg.matrices"), (double) -Float.MAX_VALUE);

            // then
            large.requireFinite();
        }
    }

    private void copyAs(int from, int to) throws IOException {
        Files.createDirectory(checkpoint(to));
        for (String file : FILES) {
            Files.copy(pristine.resolve("checkpoint-" + from).resolve(file), checkpoint(to).resolve(file));
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.map(child -> child.getFileName().toString()).sorted().toList();
        }
    }

    /** Returns what was logged. */
    private String assertThatCheckpoint2IsPassedOver() {
        try (CapturedLog log = new CapturedLog()) {
            assertThat(store.newestIntact()).contains(checkpoint(1));
            assertThat(log.lines()).singleElement().asString()
                    .startsWith("WARN")
                    .contains("MEDTUNE000507: ", checkpoint(2).toString(), "passed over");
            return log.lines().get(0);
        }
    }

    private Path checkpoint(int step) {
        return folder.resolve("checkpoint-" + step);
    }

    private static CheckpointStore store(Path folder, Map<String, String> run) {
        return new CheckpointStore(folder, new RunFingerprint(run), "models/tiny-med-qwen2",
                new AdapterRecord("medical", 64, 0, "base", "nf4"));
    }

    private static Object fileKey(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }
}
