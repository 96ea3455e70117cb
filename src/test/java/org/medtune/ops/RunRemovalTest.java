package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.ConflictException;

class RunRemovalTest {

    private static final RunKey KEY = new RunKey(7, Instant.parse("2026-01-02T03:04:05Z"));

    @TempDir
    private Path folder;

    private final List<Long> removed = new ArrayList<>();
    private MedtuneHome home;
    private RunFolder run;
    private boolean restarted;

    @BeforeEach
    void makeRun() throws IOException {
        home = new MedtuneHome(folder, folder, folder);
        run = RunFolder.prepare(home, KEY, Map.of());
        Path checkpoint = Files.createDirectories(run.checkpoints().resolve("checkpoint-10"));
        Files.writeString(checkpoint.resolve("adapter_model.safetensors"), "values");
        RunLog.of(home, "fine-tune", KEY).append("a line\n");
    }

    private PurgeReport.Run delete(String status, boolean dryRun) {
        RunRecords records = new RunRecords() {
            @Override
            public List<RecordedRun> all() {
                return List.of(recorded(status));
            }

            @Override
            public boolean remove(RecordedRun each) {
                return !restarted && removed.add(each.key().instanceId());
            }
        };
        return new RunRemoval(home, records).delete(recorded(status), 12, dryRun);
    }

    private static RecordedRun recorded(String status) {
        return new RecordedRun("fine-tune", KEY, List.of(12L, 11L), status, KEY.created());
    }

    @ParameterizedTest
    @ValueSource(strings = {"COMPLETED", "FAILED", "STOPPED", "ABANDONED"})
    void aRunThatHasEndedGoesWithFolderAndLog(String status) {
        PurgeReport.Run deleted = delete(status, false);

        assertThat(deleted.executionIds()).containsExactly(12L, 11L);
        assertThat(deleted.bytes()).isGreaterThan("values".length());
        assertThat(removed).containsExactly(7L);
        assertThat(home.runs()).isEmptyDirectory();
        assertThat(home.runLogs()).isEmptyDirectory();
    }

    @Test
    void aDryRunTellsTheSameAndLeavesEverything() {
        PurgeReport.Run told = delete("STOPPED", true);

        assertThat(removed).isEmpty();
        assertThat(run.path()).isDirectory().isDirectoryNotContaining("glob:**/.purge");
        assertThat(RunLog.of(home, "fine-tune", KEY).read(0, 100).lines()).containsExactly("a line");
        assertThat(delete("STOPPED", false)).isEqualTo(told);
    }

    @ParameterizedTest
    @ValueSource(strings = {"STARTING", "STARTED", "STOPPING"})
    void aRunAtWorkStays(String status) {
        assertThatThrownBy(() -> delete(status, false)).isInstanceOf(ConflictException.class)
                .hasMessageStartingWith("MEDTUNE000781: Execution 12 cannot be deleted");
        assertThatThrownBy(() -> delete(status, true)).isInstanceOf(ConflictException.class);
        assertThat(removed).isEmpty();
        assertThat(run.path()).isDirectory();
    }

    @Test
    void aRunThatIsRestartedMeanwhileStaysWhole() {
        restarted = true;

        assertThatThrownBy(() -> delete("STOPPED", false)).isInstanceOf(ConflictException.class)
                .hasMessageStartingWith("MEDTUNE000782");
        assertThat(run.path()).isDirectory().isDirectoryNotContaining("glob:**/.purge");
    }

    @Test
    void filesThatAPublishedAdapterNeedsStay() throws IOException {
        // given: somebody has linked a checkpoint instead of publishing it
        Files.createDirectories(home.adapters());
        Path adapter = home.adapters().resolve("linked");
        Files.createSymbolicLink(adapter, run.checkpoints().resolve("checkpoint-10"));

        // when, then
        assertThatThrownBy(() -> delete("COMPLETED", false)).isInstanceOf(ConflictException.class)
                .hasMessageStartingWith("MEDTUNE000783").hasMessageContaining(adapter.toString());
        assertThat(adapter.resolve("adapter_model.safetensors")).hasContent("values");

        // the same of a link to a single file
        Files.delete(adapter);
        Files.createDirectories(adapter);
        Files.createSymbolicLink(adapter.resolve("adapter_model.safetensors"),
                run.checkpoints().resolve("checkpoint-10/adapter_model.safetensors"));
        assertThatThrownBy(() -> delete("COMPLETED", true)).isInstanceOf(ConflictException.class);
    }
}
