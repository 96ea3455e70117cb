package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.medtune.RecoverableException;
import org.medtune.StopSignal;
import org.medtune.StoppedException;
import org.medtune.dataset.HeldOutReference;
import org.medtune.dataset.TokenizedDatasetWriter;
import org.medtune.dataset.TokenizedExample;
import org.medtune.it.SmallFileSystem;
import org.medtune.testing.CapturedLog;

/** Faults of the file system under a run, without a server: it goes on, and ends as if there had been none. */
@DisplayName("A run under whose feet something breaks")
class InjectedFaultsIT {

    private static final int STEPS = 6;
    private static final Map<String, String> SHORT = Map.ofEntries(
            Map.entry("model.folder", "tiny-med-qwen2"), Map.entry("device", "cpu"),
            Map.entry("max.seq.length", "32"), Map.entry("lora.r", "4"), Map.entry("lora.alpha", "8"),
            Map.entry("lora.dropout", "0.1"), Map.entry("max.steps", Integer.toString(STEPS)),
            Map.entry("warmup.steps", "1"), Map.entry("per.device.train.batch.size", "1"),
            Map.entry("gradient.accumulation.steps", "2"));

    private static BaseModels models;
    private static MedtuneHome home;
    private static RunFolder undisturbed;
    private static RunFolder interrupted;
    private static int runs;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void train() throws IOException {
        home = home(folder);
        models = new BaseModels();
        undisturbed = newRun(home);
        train(undisturbed, Map.of(), STEPS);
        interrupted = newRun(home);
        train(interrupted, Map.of(), 2);
        train(interrupted, Map.of(), 4);
        try (TrainingRun training = TrainingRun.open(request(home, Map.of()), interrupted, models, StopSignal.NEVER)) {
            training.step();
        }
    }

    @AfterAll
    static void close() {
        models.close();
    }

    static Stream<Arguments> damages() {
        return Stream.of("adapter_config.json", "adapter_model.safetensors", "manifest.json", "medtune.json",
                "optimizer.safetensors", "trainer_state.json")
                .flatMap(file -> Stream.of("cut short", "with a flipped byte", "missing")
                        .map(damage -> Arguments.of(file, damage)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("damages")
    @DisplayName("passes a damaged checkpoint over for the one before, loudly, and repeats its steps in their place")
    void damagedCheckpoint(String file, String damage) throws IOException {
        // given: a run that has kept two checkpoints, and taken one more step
        RunFolder run = copyOf(interrupted);
        Path damaged = run.checkpoints().resolve("checkpoint-4").resolve(file);
        byte[] bytes = Files.readAllBytes(damaged);
        switch (damage) {
            case "cut short" -> Files.write(damaged, Arrays.copyOf(bytes, bytes.length / 2));
            case "missing" -> Files.delete(damaged);
            default -> {
                bytes[bytes.length / 2] ^= 1;
                Files.write(damaged, bytes);
            }
        }

        // when
        List<String> warnings;
        try (CapturedLog log = new CapturedLog()) {
            train(run, Map.of(), 4);
            train(run, Map.of(), STEPS);
            warnings = log.lines().stream().filter(line -> line.startsWith("WARN")).toList();
        }

        // then
        assertThat(warnings).anySatisfy(line ->
                assertThat(line).contains("MEDTUNE000507: The checkpoint " + damaged.getParent() + " is damaged"));
        assertEndsAsIfUndisturbed(run);
    }

    @Test
    @DisplayName("begins anew where every checkpoint is damaged")
    void noCheckpointLeft() throws IOException {
        // given
        RunFolder run = newRun(home);
        train(run, Map.of(), 2);
        Files.delete(run.checkpoints().resolve("checkpoint-2/optimizer.safetensors"));

        // when
        train(run, Map.of(), STEPS);

        // then
        assertEndsAsIfUndisturbed(run);
    }

    @Test
    @DisplayName("stops on a full disk before it writes a checkpoint, and goes on when there is space")
    void fullDisk() throws IOException {
        try (SmallFileSystem small = SmallFileSystem.mount(folder.resolve("small/var/runs"), 32)) {
            // given
            MedtuneHome smallHome = home(folder.resolve("small"));
            RunFolder run = newRun(smallHome);
            train(run, Map.of(), 2);
            try (TrainingRun training = TrainingRun.open(request(home, Map.of()), run, models, StopSignal.NEVER)) {
                training.step();
                small.fill(1 << 20);

                // then
                assertThatThrownBy(training::save).isInstanceOf(RecoverableException.class)
                        .hasMessageMatching("(?s)MEDTUNE000503: The disk is too full to write .*checkpoint-3: it takes "
                                + "\\d+ bytes and \\d+ are free\\..*");
                assertThat(training.healthy()).isFalse();
                assertThat(training.stepsKept()).isEqualTo(2);
            }
            assertThat(run.checkpoints()).isDirectoryNotContaining("glob:**/.writing-*");

            // given: not even room for a line of metrics
            small.free();
            small.fill(0);
            try (TrainingRun training = TrainingRun.open(request(home, Map.of()), run, models, StopSignal.NEVER)) {
                assertThatThrownBy(() -> {
                    while (true) {
                        training.step();
                    }
                }).isInstanceOf(RecoverableException.class).hasMessageStartingWith("MEDTUNE000015: ")
                        .hasMessageContaining("No space left on device");
            } catch (RecoverableException e) {
                // or the metrics of the steps to repeat cannot be cut off
                assertThat(e).hasMessageStartingWith("MEDTUNE000015: ").hasMessageContaining("No space left on device");
            }

            // when
            small.free();
            train(run, Map.of(), STEPS);

            // then
            assertEndsAsIfUndisturbed(run);
        }
    }

    @Test
    @DisplayName("stops where its folder has become read-only, and goes on when it is writable again")
    void readOnlyFolder() throws IOException {
        try (SmallFileSystem small = SmallFileSystem.mount(folder.resolve("fixed/var/runs"), 64)) {
            // given
            MedtuneHome fixedHome = home(folder.resolve("fixed"));
            RunFolder run = newRun(fixedHome);
            train(run, Map.of(), 2);
            try (TrainingRun training = TrainingRun.open(request(home, Map.of()), run, models, StopSignal.NEVER)) {
                training.step();
                small.writable(false);

                // then
                assertThatThrownBy(training::save).isInstanceOf(RecoverableException.class)
                        .hasMessageStartingWith("MEDTUNE000504: ").hasMessageContaining("Read-only file system");
            }
            assertThatThrownBy(() -> request(fixedHome, Map.of())).isInstanceOf(RecoverableException.class)
                    .hasMessageStartingWith("MEDTUNE000013: Nothing can be written into " + fixedHome.runs());

            // when
            small.writable(true);
            train(run, Map.of(), STEPS);

            // then
            assertEndsAsIfUndisturbed(run);
        }
    }

    @Test
    @DisplayName("clears away what a dead server was writing and deleting, and nothing else")
    void remains() throws IOException {
        // given
        RunFolder run = newRun(home);
        train(run, Map.of(), 2);
        for (String name : List.of(".writing-1", ".deleting-2", "checkpoint-2.damaged-3", "notes")) {
            Files.writeString(Files.createDirectory(run.checkpoints().resolve(name)).resolve("file"), "half");
        }

        // when
        train(run, Map.of(), STEPS);

        // then
        assertThat(run.checkpoints()).isDirectoryNotContaining("glob:**/.*")
                .isDirectoryContaining("glob:**/checkpoint-2.damaged-3").isDirectoryContaining("glob:**/notes");
        assertEndsAsIfUndisturbed(run);
    }

    @Test
    @DisplayName("goes on to the same end with whatever may change at a restart")
    void changedParameters() throws IOException {
        // given
        RunFolder run = newRun(home);
        train(run, Map.of(), 2);

        // when
        train(run, Map.of("gradient.checkpointing", "none", "save.steps", "1", "save.total.limit", "1",
                "watchdog.loss.factor", "0", "logging.steps", "7"), 4);
        train(run, Map.of("gradient.checkpointing", "offload"), STEPS);

        // then
        assertEndsAsIfUndisturbed(run);
    }

    @Test
    @DisplayName("keeps as many checkpoints as wanted, and besides them what is published and what others rely on")
    void retention() throws IOException {
        // given: that of step 2 is published
        RunFolder run = newRun(home);
        train(run, Map.of(), 2);
        Path published = Files.createDirectories(home.adapters().resolve("published"));
        for (String file : PublishedAdapters.FILES) {
            Files.copy(run.checkpoints().resolve("checkpoint-2").resolve(file), published.resolve(file));
        }

        // when: the repository knows the step before
        try (TrainingRun training = TrainingRun.open(
                request(home, Map.of("save.total.limit", "1")), run, models, StopSignal.NEVER)) {
            while (training.stepsDone() < STEPS) {
                int known = training.stepsKept();
                training.step();
                training.save();
                training.removeOldCheckpoints(home, known);
            }
        }

        // then
        try (Stream<Path> children = Files.list(run.checkpoints())) {
            assertThat(children.map(child -> child.getFileName().toString()))
                    .containsExactlyInAnyOrder("checkpoint-2", "checkpoint-5", "checkpoint-6");
        }
        assertEndsAsIfUndisturbed(run);
    }

    @Test
    @DisplayName("is not opened once a stop has been asked for, and keeps nothing of a model half loaded")
    void stopWhileLoading() throws IOException {
        RunFolder run = newRun(home);
        try (BaseModels own = new BaseModels()) {
            // given: a stop that comes after some layers
            int[] looks = {0};
            StopSignal late = () -> ++looks[0] > 3;

            // then
            assertThatThrownBy(() -> TrainingRun.open(request(home, Map.of()), run, own, late))
                    .isInstanceOf(StoppedException.class);
            assertThat(looks[0]).isEqualTo(4);

            // and it can be opened afterwards
            TrainingRun.open(request(home, Map.of()), run, own, StopSignal.NEVER).close();
        }
    }

    private static void assertEndsAsIfUndisturbed(RunFolder run) throws IOException {
        for (String file : List.of("adapter_model.safetensors", "optimizer.safetensors")) {
            assertThat(run.checkpoints().resolve("checkpoint-" + STEPS).resolve(file)).hasSameBinaryContentAs(
                    undisturbed.checkpoints().resolve("checkpoint-" + STEPS).resolve(file));
        }
        assertThat(run.metrics().readAll()).extracting(StepMetrics::step).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(run.metrics().readAll()).extracting(StepMetrics::loss).containsExactlyElementsOf(
                undisturbed.metrics().readAll().stream().map(StepMetrics::loss).toList());
    }

    private static MedtuneHome home(Path place) throws IOException {
        MedtuneHome made = new MedtuneHome(
                place.resolve("var"), Path.of("models").toAbsolutePath(), place.resolve("data"));
        Files.createDirectories(made.dataFolder());
        Files.createFile(made.dataset("medical-reasoning-sample-zh.jsonl"));
        return made;
    }

    private static FineTuneRequest request(MedtuneHome of, Map<String, String> given) {
        Map<String, String> texts = new HashMap<>(SHORT);
        texts.putAll(given);
        return FineTuneRequest.of(of, texts);
    }

    /** A run whose dataset is formatted: rows of 6 to 19 random tokens, the last two of them held out. */
    private static RunFolder newRun(MedtuneHome of) {
        RunFolder run = RunFolder.prepare(of, new RunKey(++runs, Instant.EPOCH), Map.of());
        try (TokenizedDatasetWriter writer =
                TokenizedDatasetWriter.open(run.dataset(), TokenizedDatasetWriter.Position.START)) {
            Random random = new Random(1);
            IntStream.range(0, 14).forEach(row -> writer.write(new TokenizedExample(row + 1L,
                    random.ints(6 + row, 0, 8000).toArray(), false,
                    row < 12 ? null : new HeldOutReference("?", "."))));
            writer.finish();
        }
        return run;
    }

    private static RunFolder copyOf(RunFolder run) throws IOException {
        Path copy = home.runs().resolve("copy-" + ++runs);
        try (Stream<Path> paths = Files.walk(run.path())) {
            for (Path path : paths.toList()) {
                Files.copy(path, copy.resolve(run.path().relativize(path).toString()));
            }
        }
        return new RunFolder(copy);
    }

    private static void train(RunFolder run, Map<String, String> given, int untilStep) {
        try (TrainingRun training = TrainingRun.open(request(home, given), run, models, StopSignal.NEVER)) {
            while (training.stepsDone() < untilStep) {
                training.step();
            }
            training.save();
        }
    }
}
