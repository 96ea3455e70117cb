package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {

    @TempDir
    private Path folder;

    private MetricsLog log;

    @BeforeEach
    void makeLog() {
        log = new MetricsLog(folder.resolve("metrics.jsonl"));
    }

    @Test
    void isEmptyBeforeTheFirstStep() {
        assertThat(log.readAll()).isEmpty();
    }

    @Test
    void givesBackEveryStep() {
        log.append(step(1));
        log.append(step(2));

        assertThat(log.readAll()).containsExactly(step(1), step(2));
        assertThat(log.file()).content().hasLineCount(2);
    }

    @Test
    void givesBackASkippedStepWhoseNumbersAreNone() {
        StepMetrics skipped = new StepMetrics(1, 60, Double.NaN, 4e-5, Double.POSITIVE_INFINITY, 1234, 1999.5, 59,
                65536, true);

        log.append(skipped);

        assertThat(log.readAll()).containsExactly(skipped);
        assertThat(log.file()).content().contains("\"gradientNorm\":\"Infinity\"", "\"skipped\":true");
    }

    @Test
    void passesOverALineThatAKilledServerLeftUnfinished() throws IOException {
        // given
        log.append(step(1));
        Files.writeString(log.file(), "{\"step\":2,\"lo", StandardOpenOption.APPEND);

        // when
        log.cutAfter(1);
        log.append(step(2));

        // then
        assertThat(log.readAll()).containsExactly(step(1), step(2));
    }

    @Test
    void forgetsTheStepsThatAreRepeatedAfterACheckpoint() {
        log.append(step(1));
        log.append(step(2));
        log.append(step(3));

        log.cutAfter(1);

        assertThat(log.readAll()).containsExactly(step(1));
    }

    @Test
    void canBeCutBeforeItExists() {
        log.cutAfter(0);

        assertThat(log.readAll()).isEmpty();
    }

    private static StepMetrics step(int step) {
        return new StepMetrics(step, 60, 2.0 / step, 4e-5, 0.7, 1234, 1999.5, 60 - step, 1, false);
    }
}
