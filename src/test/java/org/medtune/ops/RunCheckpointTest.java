package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCheckpointTest {

    @TempDir
    private Path folder;

    @Test
    void listsCheckpointsByTheirStepsWithTheSizeOfTheirFiles() throws IOException {
        // given: what is unfinished or damaged has another name
        make("checkpoint-20", 7, 5);
        make("checkpoint-3", 2);
        make("checkpoint-3.damaged-17", 9);
        make(".checkpoint-40.tmp", 9);

        // then
        assertThat(RunCheckpoint.list(folder)).extracting(RunCheckpoint::name, RunCheckpoint::step,
                RunCheckpoint::bytes).containsExactly(
                        tuple("checkpoint-3", 3, 2L),
                        tuple("checkpoint-20", 20, 12L));
    }

    @Test
    void aRunWithoutAFolderOfCheckpointsHasNone() {
        assertThat(RunCheckpoint.list(folder.resolve("missing"))).isEmpty();
    }

    private void make(String name, int... sizes) throws IOException {
        Path checkpoint = Files.createDirectory(folder.resolve(name));
        for (int i = 0; i < sizes.length; i++) {
            Files.write(checkpoint.resolve("file-" + i), new byte[sizes[i]]);
        }
    }
}
