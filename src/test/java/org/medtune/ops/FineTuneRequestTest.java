package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.medtune.InvalidInputException;
import org.medtune.RecoverableException;
import org.medtune.tensor.ComputeDevice;

class FineTuneRequestTest {

    @TempDir
    private Path folder;

    private MedtuneHome home;

    @BeforeEach
    void makeHome() throws IOException {
        home = new MedtuneHome(folder.resolve("var"), Path.of("models").toAbsolutePath(), folder.resolve("data"),
                List.of(folder));
        Files.createDirectories(home.dataFolder());
        Files.createFile(home.dataFolder().resolve("medical-reasoning-sample-zh.jsonl"));
    }

    @Test
    void findsFilesByNameAndByPath() throws IOException {
        // given
        Path elsewhere = Files.createFile(folder.resolve("rows.json"));

        // when
        FineTuneRequest request = FineTuneRequest.of(home, Map.of("dataset.file", elsewhere.toString()));

        // then
        assertThat(request.modelFolder()).isEqualTo(home.modelsFolder().resolve("tiny-med-qwen2"));
        assertThat(request.datasetFile()).isEqualTo(elsewhere);
        assertThat(home.runs()).isEmptyDirectory();
    }

    @Test
    void tellsMissingFilesTogetherWithBadParameters() {
        assertThatThrownBy(() -> FineTuneRequest.of(home,
                Map.of("model.folder", "no-model", "dataset.file", "no-data\0", "lora.r", "0")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContainingAll("MEDTUNE000004: lora.r is 0",
                        "MEDTUNE000009: model.folder is no-model, but there is no folder " + home.model("no-model"),
                        "MEDTUNE000011: dataset.file is no-data");
    }

    @Test
    void refusesAFolderThatIsNoModel() throws IOException {
        Path empty = Files.createDirectories(folder.resolve("empty"));

        assertThatThrownBy(() -> FineTuneRequest.of(home, Map.of("model.folder", empty.toString())))
                .hasMessageContaining("MEDTUNE000201: The model folder " + empty + " has no config.json");
    }

    @Test
    void findsADamagedModelBeforeAnythingIsLoaded() throws IOException {
        // given: a model whose weights were not copied to the end
        Path model = Files.createDirectories(folder.resolve("cut"));
        Path whole = home.model("tiny-med-qwen2");
        for (String name : List.of("config.json", "model.safetensors.index.json",
                "model-00002-of-00002.safetensors")) {
            Files.copy(whole.resolve(name), model.resolve(name));
        }
        byte[] shard = Files.readAllBytes(whole.resolve("model-00001-of-00002.safetensors"));
        Files.write(model.resolve("model-00001-of-00002.safetensors"), Arrays.copyOf(shard, shard.length / 2));

        assertThatThrownBy(() -> FineTuneRequest.of(home, Map.of("model.folder", model.toString())))
                .hasMessageContaining("MEDTUNE000206").hasMessageContaining("is truncated");
    }

    @Test
    void refusesPatternsThatCannotBeMeant() {
        assertThatThrownBy(() -> FineTuneRequest.of(home, Map.of("lora.rank.pattern", "q_prj=8")))
                .hasMessageContaining("MEDTUNE000534: lora.rank.pattern has the key 'q_prj'");
        assertThatThrownBy(() -> FineTuneRequest.of(home, Map.of("lora.alpha.pattern", "layers.6.mlp.up_proj=8")))
                .hasMessageContaining("MEDTUNE000534: lora.alpha.pattern has the key 'layers.6.mlp.up_proj'");
        assertThatThrownBy(() -> FineTuneRequest.of(home, Map.of("lora.rank.pattern", "q_proj=0.5")))
                .hasMessageContaining("MEDTUNE000531: The rank 0.5 of the key 'q_proj'");
    }

    @Test
    void refusesLoftQWhereNothingIsQuantized() {
        for (String value : List.of("auto", "false")) {
            assertThatThrownBy(() -> FineTuneRequest.of(home, Map.of("device", "cpu", "init.lora.weights", "loftq",
                    "load.in.4bit", value, "lora.r", "0")))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("lora.r is 0")
                    .hasMessageContaining("MEDTUNE000535: init.lora.weights is loftq")
                    .hasMessageContaining("load.in.4bit is " + value + ", by which it is not held in 4 bits on cpu.");
        }
        assertThat(FineTuneRequest.of(home, Map.of("device", "cpu", "init.lora.weights", "loftq",
                "load.in.4bit", "true")).parameters().text(FineTuneParameter.INIT_LORA_WEIGHTS)).isEqualTo("loftq");
    }

    @Test
    void refusesADeviceThatIsNotThere() {
        assertThatThrownBy(() -> FineTuneRequest.of(home, Map.of("device", "gpu99")))
                .hasMessageContaining("MEDTUNE000101: The device gpu99 is not there");
    }

    @Test
    void refusesAListOfDevicesOfWhichOneIsNotThereOrThatIsNoListOfAccelerators() {
        assertThatThrownBy(() -> FineTuneRequest.of(home, Map.of("device", "gpu98, gpu99")))
                .hasMessageContaining("MEDTUNE000101: The device gpu98 is not there");
        assertThatThrownBy(() -> FineTuneRequest.of(home, Map.of("device", "cpu,cpu")))
                .hasMessageContaining("MEDTUNE000003: device is 'cpu,cpu'; give auto, all, cpu, or accelerators");
    }

    @Test
    void refusesMoreDevicesThanAStepHasMicroBatches() {
        List<ComputeDevice> two = List.of(new ComputeDevice(true, 0), new ComputeDevice(true, 1));
        FineTuneRequest.checkWorkForAll(two, 2);

        assertThatThrownBy(() -> FineTuneRequest.checkWorkForAll(two, 1))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(
                        "MEDTUNE000541: device stands for 2 devices, but gradient.accumulation.steps is 1");
    }

    @Test
    void asksForRoomForTheCheckpointsThatAreLeft() {
        // given: more checkpoints than any disk holds
        FineTuneRequest request = FineTuneRequest.of(home,
                Map.of("max.steps", "2000000000", "save.steps", "1", "lora.r", "384"));
        RunFolder run = RunFolder.prepare(home, new RunKey(1, Instant.EPOCH), Map.of());

        assertThatThrownBy(() -> request.checkRoomForCheckpoints(run))
                .isInstanceOf(RecoverableException.class)
                .hasMessageStartingWith("MEDTUNE000503: The disk is too full to write");
    }

    @Test
    void refusesAnOutputFolderThatCannotBeWritten() throws IOException {
        // a file in the folder's place stops even the superuser, whom permissions do not
        Files.createDirectories(home.folder());
        Files.createFile(home.runs());

        assertThatThrownBy(() -> FineTuneRequest.of(home, Map.of()))
                .hasMessageContaining("MEDTUNE000013: Nothing can be written into " + home.runs());
    }

    @Test
    void stopsRecoverablyWhenTheDiskHasTooLittleRoom() {
        FineTuneRequest.checkFreeSpace(folder, 1);

        assertThatThrownBy(() -> FineTuneRequest.checkFreeSpace(folder, Long.MAX_VALUE))
                .isInstanceOf(RecoverableException.class)
                .hasMessageStartingWith("MEDTUNE000503: The disk is too full to write " + folder);
    }
}
