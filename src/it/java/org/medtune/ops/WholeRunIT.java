package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.medtune.InvalidInputException;
import org.medtune.StopSignal;
import org.medtune.adapter.AdapterFolder;
import org.medtune.dataset.HeldOutReference;
import org.medtune.dataset.TokenizedDatasetWriter;
import org.medtune.dataset.TokenizedExample;
import org.medtune.model.ModelFolder;
import org.medtune.model.Projection;
import org.medtune.testing.CapturedLog;
import org.medtune.testing.Golden;

/** Runs with packing, patterns and LoftQ from their first step to the published adapter, without a server. */
@DisplayName("A run")
class WholeRunIT {

    private static final int ROWS = 14;
    private static final Map<String, String> SHORT = Map.ofEntries(
            Map.entry("model.folder", "tiny-med-qwen2"), Map.entry("device", "cpu"),
            Map.entry("max.seq.length", "32"), Map.entry("lora.r", "4"), Map.entry("lora.alpha", "8"),
            Map.entry("lora.target.modules", "v_proj,down_proj"), Map.entry("max.steps", "4"),
            Map.entry("warmup.steps", "0"), Map.entry("per.device.train.batch.size", "1"),
            Map.entry("gradient.accumulation.steps", "2"), Map.entry("evaluation.max.new.tokens", "2"),
            Map.entry("evaluation.question", "?"), Map.entry("adapter.name", "mine"));

    @TempDir
    private Path folder;

    private MedtuneHome home;
    private BaseModels models;

    @BeforeEach
    void makeHome() throws IOException {
        home = new MedtuneHome(folder.resolve("var"), Path.of("models").toAbsolutePath(), folder.resolve("data"));
        Files.createDirectories(home.dataFolder());
        Files.createFile(home.dataFolder().resolve("medical-reasoning-sample-zh.jsonl"));
        models = new BaseModels();
    }

    @AfterEach
    void close() {
        models.close();
    }

    static Stream<Arguments> parameters() {
        return Stream.of(
                Arguments.of(Map.of("packing", "true")),
                Arguments.of(Map.of("lora.rank.pattern", "down_proj=6",
                        "lora.alpha.pattern", "layers.0.mlp.down_proj=3")),
                Arguments.of(Map.of("load.in.4bit", "true", "init.lora.weights", "loftq")),
                Arguments.of(Map.of("load.in.4bit", "true", "init.lora.weights", "loftq", "loftq.iter", "2",
                        "use.rslora", "true", "packing", "true")));
    }

    @ParameterizedTest(name = "with {0}")
    @MethodSource("parameters")
    @DisplayName("is the same after a restart, and is evaluated, published and merged")
    void wholeRun(Map<String, String> given) throws IOException {
        // given
        FineTuneRequest request = request(given);
        RunFolder uninterrupted = run(1, request, 4);
        RunFolder restarted = run(2, request, 2);

        // when
        train(request, restarted, 4);

        // then
        assertThat(losses(restarted)).hasSize(4).isEqualTo(losses(uninterrupted));
        assertThat(restarted.checkpoints().resolve("checkpoint-4/adapter_model.safetensors"))
                .hasSameBinaryContentAs(uninterrupted.checkpoints().resolve("checkpoint-4/adapter_model.safetensors"));

        // when
        RunKey run = new RunKey(2, Instant.EPOCH);
        evaluate(new RunEvaluator(request, run, restarted).plan(), restarted.evaluation());
        RunReport report = new RunPublisher(home, request, run, restarted).publish();

        // then
        assertThat(report.heldOutNll().rows()).isEqualTo(2);
        assertThat(report.heldOutNll().after()).isCloseTo(report.heldOutNll().before(), within(1.0))
                .isNotEqualTo(report.heldOutNll().before());
        AdapterFolder published = AdapterFolder.open(home.adapters().resolve("mine"));
        published.check(ModelFolder.open(Golden.MODEL).configuration());
        Path merged = new AdapterExport(ExportRequest.of(home, Map.of("adapter", "mine"))).write(StopSignal.NEVER);
        assertThat(ModelFolder.open(merged).fingerprint()).isNotEqualTo(ModelFolder.open(Golden.MODEL).fingerprint());
    }

    private void evaluate(EvaluationPlan plan, EvaluationFolder into) {
        try (EvaluationRun evaluation = EvaluationRun.open(plan, into, models)) {
            while (!evaluation.complete()) {
                evaluation.keep(evaluation.evaluate(() -> false).orElseThrow());
            }
            evaluation.finish();
        }
    }

    @Test
    @DisplayName("counts packs in its epochs where rows are packed, and says how many there are")
    void epochs() throws IOException {
        // given
        Map<String, String> epoch = Map.of("max.steps", "-1", "num.train.epochs", "2");
        Map<String, String> packedEpoch = new HashMap<>(epoch);
        packedEpoch.put("packing", "true");

        // when
        int steps = totalSteps(1, request(epoch));
        int packedSteps;
        String announced;
        try (CapturedLog log = new CapturedLog()) {
            packedSteps = totalSteps(2, request(packedEpoch));
            announced = log.lines().stream().filter(line -> line.contains("MEDTUNE000530")).findFirst().orElseThrow();
        }

        // then: twelve rows to train on, two sequences a step
        assertThat(steps).isEqualTo(12);
        int packs = Integer.parseInt(
                announced.replaceAll(".* 12 rows are packed into (\\d+) sequences of up to 32.*", "$1"));
        assertThat(packs).isLessThan(12);
        assertThat(packedSteps).isEqualTo(packs);
    }

    @Test
    @DisplayName("goes on from no checkpoint of a run that was packed or begun otherwise")
    void fingerprint() throws IOException {
        RunFolder begun = run(1, request(Map.of("packing", "true")), 1);

        assertThatThrownBy(() -> TrainingRun.open(request(Map.of()), begun, models, StopSignal.NEVER))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("packing was true and is now false");
        assertThatThrownBy(() -> TrainingRun.open(
                request(Map.of("packing", "true", "lora.rank.pattern", "v_proj=2")), begun, models, StopSignal.NEVER))
                .hasMessageContaining("lora.rank.pattern was {} and is now {v_proj=2.0}");
        assertThatThrownBy(() -> TrainingRun.open(request(Map.of("packing", "true", "load.in.4bit", "true",
                "init.lora.weights", "loftq")), begun, models, StopSignal.NEVER))
                .hasMessageContaining("init.lora.weights was true and is now loftq");
    }

    @Test
    @DisplayName("trains on the base that all use, unless LoftQ changes it")
    void trainingBase() {
        // given
        Map<String, String> loftQ = Map.of("load.in.4bit", "true", "init.lora.weights", "loftq",
                "lora.rank.pattern", "layers.3.self_attn.v_proj=7");
        Map<String, String> twice = new HashMap<>(loftQ);
        twice.put("loftq.iter", "2");

        // then
        ModelChoice plain = ModelChoice.of(request(loftQ));
        assertThat(new FineTuneRecipe(request(loftQ).parameters()).trainingBase(plain)).isEqualTo(plain);
        ModelChoice changed = new FineTuneRecipe(request(twice).parameters()).trainingBase(plain);
        assertThat(changed).isNotEqualTo(plain);
        List<List<Integer>> ranks = changed.loftQ().orElseThrow().ranks();
        assertThat(ranks).hasSize(6);
        assertThat(ranks.get(0)).containsExactly(0, 0, 4, 0, 0, 0, 4);
        assertThat(ranks.get(3).get(Projection.V.ordinal())).isEqualTo(7);
    }

    private FineTuneRequest request(Map<String, String> given) {
        Map<String, String> texts = new HashMap<>(SHORT);
        texts.putAll(given);
        return FineTuneRequest.of(home, texts);
    }

    private RunFolder run(int number, FineTuneRequest request, int untilStep) throws IOException {
        RunFolder run = RunFolder.prepare(home, new RunKey(number, Instant.EPOCH), Map.of());
        writeDataset(run);
        train(request, run, untilStep);
        return run;
    }

    private int totalSteps(int number, FineTuneRequest request) throws IOException {
        RunFolder run = RunFolder.prepare(home, new RunKey(number, Instant.EPOCH), Map.of());
        writeDataset(run);
        try (TrainingRun training = TrainingRun.open(request, run, models, StopSignal.NEVER)) {
            return training.totalSteps();
        }
    }

    private void train(FineTuneRequest request, RunFolder run, int untilStep) {
        try (TrainingRun training = TrainingRun.open(request, run, models, StopSignal.NEVER)) {
            while (training.stepsDone() < untilStep) {
                training.step();
            }
            training.save();
        }
    }

    private static List<Double> losses(RunFolder run) throws IOException {
        List<Double> losses = new ArrayList<>();
        run.metrics().readAll().forEach(step -> losses.add(step.loss()));
        return losses;
    }

    /** Rows of 6 to 19 random tokens, the last two of them held out. */
    private static void writeDataset(RunFolder run) {
        try (TokenizedDatasetWriter writer =
                TokenizedDatasetWriter.open(run.dataset(), TokenizedDatasetWriter.Position.START)) {
            Random random = new Random(1);
            IntStream.range(0, ROWS).forEach(row -> writer.write(new TokenizedExample(row + 1L,
                    random.ints(6 + row, 0, 8000).toArray(), false,
                    row < ROWS - 2 ? null : new HeldOutReference("?", "."))));
            writer.finish();
        }
    }
}
