package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {

    private static final RunKey RUN = new RunKey(7, Instant.parse("2026-11-24T08:00:00.123Z"));
    private static final RunKey RUN_OF_A_NEW_REPOSITORY = new RunKey(7, Instant.parse("2026-12-01T08:00:00Z"));

    @TempDir
    private Path folder;

    private MedtuneHome home;

    @BeforeEach
    void makeHome() {
        home = new MedtuneHome(folder, folder.resolve("models"), folder.resolve("data"));
    }

    @Test
    void isTheSameFolderAfterARestart() throws IOException {
        // given
        RunFolder first = RunFolder.prepare(home, RUN, Map.of("seed", "1"));
        first.report().write(JsonNodeFactory.instance.objectNode().put("firstLoss", 2.5));

        // when
        RunFolder second = RunFolder.prepare(home, RUN, Map.of("seed", "1", "save.steps", "5"));

        // then
        assertThat(second.path()).isEqualTo(home.runs().resolve("fine-tune-7")).isEqualTo(first.path());
        assertThat(second.report().read()).hasValueSatisfying(
                report -> assertThat(report.path("firstLoss").asDouble()).isEqualTo(2.5));
        assertThat(second.path().resolve("run.json")).content()
                .contains("\"save.steps\" : \"5\"", "2026-11-24T08:00:00.123Z");
    }

    @Test
    void keepsAFolderOfAnEarlierRepositoryUnderAnotherName() throws IOException {
        // given
        RunFolder earlier = RunFolder.prepare(home, RUN, Map.of());
        Files.writeString(earlier.checkpoints().resolve("adapter"), "precious");

        // when
        RunFolder fresh = RunFolder.prepare(home, RUN_OF_A_NEW_REPOSITORY, Map.of());

        // then
        assertThat(fresh.checkpoints()).isEmptyDirectory();
        assertThat(home.runs().resolve("fine-tune-7.earlier-1/checkpoints/adapter")).hasContent("precious");
        assertThat(RunFolder.find(home, RUN)).isEmpty();
        assertThat(RunFolder.find(home, RUN_OF_A_NEW_REPOSITORY)).contains(fresh);
    }

    @Test
    void keepsAFolderWhoseDescriptionIsDamaged() throws IOException {
        RunFolder damaged = RunFolder.prepare(home, RUN, Map.of());
        Files.writeString(damaged.path().resolve("run.json"), "{");

        RunFolder.prepare(home, RUN, Map.of());

        assertThat(home.runs().resolve("fine-tune-7.earlier-1/run.json")).hasContent("{");
    }
}
