package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.ConflictException;
import org.medtune.InvalidInputException;
import org.medtune.NotFoundException;
import org.medtune.testing.Golden;
import org.medtune.training.AtomicFolder;

class AdapterPublicationTest {

    private static final Path ADAPTER = Golden.FOLDER.resolve("lora-r16-init");
    private static final RunKey RUN = new RunKey(7, Instant.EPOCH);

    @TempDir
    private Path folder;

    private MedtuneHome home;
    private RunFolder run;

    @BeforeEach
    void makeRun() {
        home = new MedtuneHome(folder, folder, folder);
        run = RunFolder.prepare(home, RUN, Map.of());
    }

    private void checkpoint(int step) {
        AtomicFolder.create(run.checkpoints().resolve("checkpoint-" + step), 10, temporary -> {
            for (String file : new String[] {"adapter_config.json", "adapter_model.safetensors"}) {
                Files.copy(ADAPTER.resolve(file), temporary.resolve(file));
            }
            Files.writeString(temporary.resolve("medtune.json"), "{\"step\": " + step + "}");
            Files.writeString(temporary.resolve("trainer_state.json"), "{}");
        });
    }

    private AdapterPublication.Published publish(String name, Integer step) {
        return new AdapterPublication(home).publish(run, RUN, 11, name, step);
    }

    @Test
    void theNewestIntactCheckpointIsPublishedUnlessAnotherIsNamed() throws IOException {
        // given: the newest one is damaged
        checkpoint(10);
        checkpoint(20);
        checkpoint(30);
        Files.writeString(run.checkpoints().resolve("checkpoint-30/medtune.json"), " ", StandardOpenOption.APPEND);

        // when
        AdapterPublication.Published newest = publish("newest", null);
        AdapterPublication.Published tenth = publish("tenth", 10);

        // then
        assertThat(newest).isEqualTo(
                new AdapterPublication.Published(home.adapters().resolve("newest"), 20, true));
        assertThat(newest.folder().resolve("medtune.json")).hasContent("{\"step\": 20}");
        assertThat(newest.folder().resolve("manifest.json")).isRegularFile();
        assertThat(newest.folder().resolve("trainer_state.json")).doesNotExist();
        assertThat(tenth.folder().resolve("medtune.json")).hasContent("{\"step\": 10}");
        assertThat(newest.folder().resolve("adapter_model.safetensors"))
                .hasSameBinaryContentAs(ADAPTER.resolve("adapter_model.safetensors"));
    }

    @Test
    void withoutANameItGetsTheRunsOwn() {
        checkpoint(10);

        assertThat(publish("", null).folder().getFileName().toString()).endsWith("-run-7");
    }

    @Test
    void theSameOnceMoreIsFoundAgain() {
        // given
        checkpoint(10);
        publish("name", 10);

        // when
        AdapterPublication.Published again = publish("name", 10);

        // then
        assertThat(again.created()).isFalse();
        assertThat(home.adapters()).isDirectoryNotContaining("glob:**/name-2");
    }

    @Test
    void whatIsPublishedIsNeverChanged() {
        // given
        checkpoint(10);
        checkpoint(20);
        publish("name", 10);

        // when, then
        assertThatThrownBy(() -> publish("name", 20)).isInstanceOf(ConflictException.class)
                .hasMessageStartingWith("MEDTUNE000775: There is an adapter name already");
        assertThat(home.adapters().resolve("name/medtune.json")).hasContent("{\"step\": 10}");
    }

    @Test
    void aCheckpointThatIsNotThereIsNotFound() {
        checkpoint(10);
        checkpoint(20);

        assertThatThrownBy(() -> publish("name", 15)).isInstanceOf(NotFoundException.class).hasMessage(
                "MEDTUNE000776: The run of execution 11 has no checkpoint of step 15; those that it has are of the steps "
                        + "20, 10.");
    }

    @Test
    void aDamagedCheckpointIsRefusedAndLeavesNothing() throws IOException {
        // given
        checkpoint(10);
        Files.write(run.checkpoints().resolve("checkpoint-10/adapter_model.safetensors"), new byte[] {1},
                StandardOpenOption.APPEND);

        // when, then
        assertThatThrownBy(() -> publish("name", 10)).isInstanceOf(ConflictException.class)
                .hasMessageStartingWith("MEDTUNE000778").hasMessageContaining("adapter_model.safetensors has");
        assertThatThrownBy(() -> publish("name", null)).isInstanceOf(ConflictException.class)
                .hasMessageStartingWith("MEDTUNE000777");
        assertThat(home.adapters()).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../up", "a/b", ".hidden", "-x", "a b"})
    void aNameStaysWithinTheFolder(String name) {
        checkpoint(10);

        assertThatThrownBy(() -> publish(name, 10)).isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000003");
    }
}
