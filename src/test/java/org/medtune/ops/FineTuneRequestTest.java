package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.medtune.InvalidInputException;
import org.medtune.RecoverableException;

class FineTuneRequestTest {

    @TempDir
    private Path folder;

    private MedtuneHome home;

    @BeforeEach
    void makeHome() throws IOException {
        home = new MedtuneHome(folder.resolve("var"), folder.resolve("models"), folder.resolve("data"));
        Files.createDirectories(home.modelsFolder().resolve("tiny-med-qwen2"));
        Files.createFile(home.modelsFolder().resolve("tiny-med-qwen2/config.json"));
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
        Files.createDirectories(home.modelsFolder().resolve("empty"));

        assertThatThrownBy(() -> FineTuneRequest.of(home, Map.of("model.folder", "empty")))
                .hasMessageContaining("MEDTUNE000010: The model folder " + home.model("empty"));
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
