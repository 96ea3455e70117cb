package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.medtune.dataset.TokenizedDatasetWriter;

class DatasetFiguresCacheTest {

    @TempDir
    private Path folder;

    private final DatasetFiguresCache cache = new DatasetFiguresCache();

    @Test
    void measuresADatasetOnceUntilThereIsAnother() throws IOException {
        // given
        RunFolder run = new RunFolder(folder);
        assertThat(cache.find(run)).isEmpty();
        format(run, 2);
        assertThat(cache.find(run).orElseThrow().rejects().get(0).count()).isEqualTo(2);

        // when: only the file of rejects has changed, which is not read again
        Path rejects = run.dataset().resolve(TokenizedDatasetWriter.REJECTS_FILE);
        Files.writeString(rejects, "");

        // then
        assertThat(cache.find(run).orElseThrow().rejects().get(0).count()).isEqualTo(2);

        // when: the dataset has been formatted again
        format(run, 3);
        Files.setLastModifiedTime(run.dataset().resolve(TokenizedDatasetWriter.SUMMARY_FILE),
                FileTime.from(Instant.now().plusSeconds(5)));

        // then
        assertThat(cache.find(run).orElseThrow().rejects().get(0).count()).isEqualTo(3);
    }

    private static void format(RunFolder run, int rejected) {
        try (TokenizedDatasetWriter writer =
                TokenizedDatasetWriter.open(run.dataset(), TokenizedDatasetWriter.Position.START)) {
            for (int row = 1; row <= rejected; row++) {
                writer.reject(row, "The field 'Question' is missing.");
            }
            writer.finish();
        }
    }
}
