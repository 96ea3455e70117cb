package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.InvalidInputException;

class RunEstimatorTest {

    private static final Map<String, String> ON_THE_CPU = Map.of("device", "cpu", "dataset.rows", "40");

    @TempDir
    private Path folder;

    private MedtuneHome home;

    @BeforeEach
    void makeHome() {
        home = new MedtuneHome(folder, Path.of("models").toAbsolutePath(), Path.of("data").toAbsolutePath());
    }

    @Test
    void countsStepsAndTokensOfTheFirstRows() {
        // when
        RunEstimate estimate = new RunEstimator(home).estimate(ON_THE_CPU);

        // then: steps of 2 x 4 rows; the model's weights alone are 12.6 million numbers of 4 bytes
        assertThat(estimate.devices()).containsExactly("cpu");
        assertThat(estimate.rows()).isEqualTo(40);
        assertThat(estimate.steps()).isEqualTo(60);
        assertThat(estimate.tokensPerRow()).isBetween(200L, 900L);
        assertThat(estimate.tokensPerStep()).isBetween(7 * estimate.tokensPerRow(), 9 * estimate.tokensPerRow());
        assertThat(estimate.deviceMemory().expected()).isBetween(400_000_000L, 2_000_000_000L)
                .isLessThan(estimate.deviceMemory().most());
        assertThat(estimate.hostMemory()).isNull();
        assertThat(estimate.speed()).isEqualTo(RunEstimate.Speed.FLOOR);
        assertThat(estimate.seconds())
                .isEqualTo((long) Math.ceil(60 * estimate.tokensPerStep() / estimate.tokensPerSecond()));
    }

    /** What the resident memory of a server grew by, whose Java heap was resident before and that had trained nothing. */
    @ParameterizedTest
    @CsvSource({"256, 358", "2048, 475"})
    void tellsTheMemoryThatWasMeasuredOnAProcessor(int longest, int mebibytes) {
        // when
        RunEstimate estimate = new RunEstimator(home).estimate(with("max.seq.length", Integer.toString(longest)));

        // then
        assertThat(estimate.deviceMemory().expected() >> 20).isCloseTo((long) mebibytes, withPercentage(15));
        assertThat(estimate.deviceMemory().most() >> 20).isCloseTo((long) mebibytes, withPercentage(15));
    }

    @Test
    void takesStepsFromEpochs() {
        // when
        RunEstimate estimate = new RunEstimator(home).estimate(Map.of("device", "cpu", "dataset.rows", "40",
                "max.steps", "-1", "num.train.epochs", "2", "warmup.steps", "0", "evaluation.share", "0.1"));

        // then: 36 of 40 rows, twice, in steps of 8
        assertThat(estimate.steps()).isEqualTo(9);
    }

    @Test
    void goesByTheSpeedOfTheNewestRunThatIsLikeIt() {
        // given: two runs on the device, the newer one with another gradient.checkpointing, and one whose first step
        // was slow
        run(1, ON_THE_CPU, 100, 1000, 1100);
        run(2, with("gradient.checkpointing", "none"), 5000, 5000, 5000);
        // and one that has not warmed up
        run(3, ON_THE_CPU, 9, 9);

        // then
        assertThat(new RunEstimator(home).estimate(ON_THE_CPU)).satisfies(estimate -> {
            assertThat(estimate.speed()).isEqualTo(RunEstimate.Speed.MEASURED);
            assertThat(estimate.tokensPerSecond()).isEqualTo(1000);
        });
        assertThat(new RunEstimator(home).estimate(with("precision", "bf16")).speed())
                .isEqualTo(RunEstimate.Speed.FLOOR);
    }

    @Test
    void packsFillTheirSequences() {
        // when
        RunEstimate apart = new RunEstimator(home).estimate(ON_THE_CPU);
        RunEstimate packed = new RunEstimator(home).estimate(with("packing", "true"));

        // then
        assertThat(packed.tokensPerStep()).isEqualTo(8 * 2048);
        assertThat(packed.deviceMemory().expected()).isEqualTo(packed.deviceMemory().most())
                .isEqualTo(apart.deviceMemory().most());
    }

    @Test
    void saysWhyNoRowCanBeUsed() throws IOException {
        // given
        Path file = Files.writeString(Files.createDirectories(folder.resolve("feedback")).resolve("rows.jsonl"), """
                {"Question":"Q","Complex_CoT":"C"}
                """);

        // then
        assertThatThrownBy(() -> new RunEstimator(home).estimate(
                Map.of("device", "cpu", "dataset.file", file.toString())))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContainingAll("MEDTUNE000753: None of the first 1 rows of " + file, "Response");
    }

    @Test
    void refusesWhatAStartWouldRefuse() {
        assertThatThrownBy(() -> new RunEstimator(home).estimate(Map.of("lora.r", "0", "loras", "1")))
                .hasMessageContainingAll("MEDTUNE000004: lora.r is 0", "loras");
    }

    private static Map<String, String> with(String name, String value) {
        Map<String, String> parameters = new TreeMap<>(ON_THE_CPU);
        parameters.put(name, value);
        return Collections.unmodifiableMap(parameters);
    }

    private void run(long instance, Map<String, String> parameters, double... speeds) {
        RunFolder run = RunFolder.prepare(
                home, new RunKey(instance, Instant.ofEpochSecond(instance)), parameters);
        run.begin(FineTuneRequest.of(home, parameters), parameters);
        IntStream.range(0, speeds.length).forEach(step -> run.metrics().append(
                new StepMetrics(step + 1, 60, 1, 1e-4, 1, 100, speeds[step], 10, 1, false)));
    }
}
