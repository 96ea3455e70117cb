package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {

    private static final Instant BEGIN = Instant.ofEpochMilli(1_700_000_000_250L);
    private static final Path OF_TENSORBOARD = Path.of("src/test/resources/tensorboard/events.tensorboard-2.21");

    @TempDir
    private Path folder;

    @Test
    void writesTheBytesThatTensorBoardsOwnWriterWrites() throws IOException {
        // when
        EventFile events = EventFile.begin(folder.resolve("tensorboard"), 3, BEGIN);
        events.append(step(3, 2.3456789, 2e-4, 0.75, 1234.5), BEGIN.plusSeconds(1));
        events.append(step(300, 1.5, 0, Double.NaN, 0.5), BEGIN.plusSeconds(2));

        // then
        assertThat(files()).hasSize(1);
        assertThat(files().get(0)).hasBinaryContent(Files.readAllBytes(OF_TENSORBOARD));
    }

    @Test
    void aRestartBeginsAFileThatComesBehindTheEarlierOne() throws IOException {
        // given
        EventFile.begin(folder.resolve("tensorboard"), 1, BEGIN).append(step(1, 2, 1e-4, 1, 9), BEGIN);
        byte[] earlier = Files.readAllBytes(files().get(0));

        // when: in the same second
        EventFile.begin(folder.resolve("tensorboard"), 2, BEGIN);

        // then
        assertThat(files()).extracting(file -> file.getFileName().toString()).containsExactly(
                "events.out.tfevents.1700000000.medtune.1", "events.out.tfevents.1700000000.medtune.2");
        assertThat(files().get(0)).hasBinaryContent(earlier);
    }

    @Test
    void hasAFileWhoseNameTensorBoardKnowsInEveryLanguage() throws IOException {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            EventFile.begin(folder.resolve("tensorboard"), 1, BEGIN);
        } finally {
            Locale.setDefault(before);
        }

        assertThat(files()).singleElement().extracting(file -> file.getFileName().toString())
                .isEqualTo("events.out.tfevents.1700000000.medtune.1");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("tensorboard"))) {
            return files.sorted().toList();
        }
    }

    private static StepMetrics step(int step, double loss, double rate, double norm, double speed) {
        return new StepMetrics(step, 300, loss, rate, norm, 100, speed, 0, 1, false);
    }
}
