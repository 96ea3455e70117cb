package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs that stop, by themselves or because they are told to, and go on from the console: whatever came between, the
 * published adapter is that of a run that nothing disturbed.
 */
@ExtendWith(SharedServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestartIT {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int STEPS = 16;
    private static final Map<String, String> SMALL = Map.of(
            "dataset.rows", "40", "max.seq.length", "256",
            "per.device.train.batch.size", "1", "gradient.accumulation.steps", "2",
            "max.steps", Integer.toString(STEPS), "warmup.steps", "2", "save.steps", "1000",
            "evaluation.max.new.tokens", "4");

    private Path undisturbed;

    @Test
    void aFullDiskStopsARunAndTheConsoleLetsItGoOn(WildFlyServer server) {
        Path expected = undisturbed(server);
        try (SmallFileSystem small = SmallFileSystem.mount(server.home().resolve("runs"), 64);
                ManagementClient console = server.management()) {
            // given: a run whose disk is filled by somebody else
            long execution = console.startJob(SMALL);
            awaitSteps(server, execution, 1);
            small.fill(1 << 20);

            // then
            assertThat(console.awaitEnd(execution, PATIENCE)).isEqualTo("STOPPED");
            assertThat(console.exitStatus(execution)).startsWith("MEDTUNE000503: The disk is too full to write ")
                    .containsPattern("it takes \\d+ bytes and \\d+ are free");

            // when: restarted without having been mended
            long hasty = console.restartJob(execution);

            // then
            assertThat(console.awaitEnd(hasty, PATIENCE)).isEqualTo("STOPPED");
            assertThat(console.exitStatus(hasty)).startsWith("MEDTUNE000503: ");

            // when
            small.free();
            long mended = console.restartJob(hasty);

            // then
            assertCompletes(server, console, mended, expected);
        }
    }

    @Test
    void aFolderThatHasBecomeReadOnlyStopsARunAndTheConsoleLetsItGoOn(WildFlyServer server) {
        Path expected = undisturbed(server);
        try (SmallFileSystem small = SmallFileSystem.mount(server.home().resolve("runs"), 64);
                ManagementClient console = server.management()) {
            // given
            long execution = console.startJob(SMALL);
            awaitSteps(server, execution, 1);
            small.writable(false);

            // then: the next line of metrics cannot be written
            assertThat(console.awaitEnd(execution, PATIENCE)).isEqualTo("STOPPED");
            assertThat(console.exitStatus(execution)).startsWith("MEDTUNE000015: ").contains("Read-only file system");

            // when: restarted without having been mended
            long hasty = console.restartJob(execution);

            // then
            assertThat(console.awaitEnd(hasty, PATIENCE)).isEqualTo("STOPPED");
            assertThat(console.exitStatus(hasty)).startsWith("MEDTUNE000013: Nothing can be written into ");
            assertThat(server.rest().postJson("api/jobs/" + hasty + "/restart", "{}").status()).isEqualTo(503);

            // when
            small.writable(true);
            long mended = console.restartJob(hasty);

            // then
            assertCompletes(server, console, mended, expected);
        }
    }

    @Test
    void modelAndDatasetThatHaveVanishedStopARunUntilTheyArePutBack(WildFlyServer server) throws IOException {
        try (ManagementClient console = server.management()) {
            // given: a dataset that takes a while to format, and a model, each with a name of its own
            Path sample = Path.of("data/medical-reasoning-sample-zh.jsonl").toAbsolutePath();
            Path dataset = server.home().resolve("many-rows.jsonl");
            String rows = Files.readString(sample);
            Files.writeString(dataset, rows.repeat(6_400 / (int) rows.lines().count()));
            Path model = server.home().resolve("a-model");
            Files.createSymbolicLink(model, Path.of("models/tiny-med-qwen2").toAbsolutePath());
            Map<String, String> parameters = new TreeMap<>(SMALL);
            parameters.put("dataset.file", dataset.toString());
            parameters.put("dataset.rows", "6400");
            parameters.put("evaluation.share", "0.001");
            parameters.put("max.steps", "4");
            parameters.put("model.folder", model.toString());
            Path expected = adapter(server, complete(server, console, console.startJob(parameters)));

            // when: stopped while it reads the dataset, and both are gone
            long execution = console.startJob(parameters);
            await("rows to be read").atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> {
                JsonNode progress = server.rest().get("api/jobs/" + execution).json().path("progress");
                return progress.path("phase").asText().equals("FORMAT") && progress.path("done").asInt() > 0;
            });
            console.stopJob(execution);
            assertThat(console.awaitEnd(execution, Duration.ofSeconds(10))).isEqualTo("STOPPED");
            Path elsewhere = dataset.resolveSibling("moved-rows.jsonl");
            Files.move(dataset, elsewhere);
            Files.delete(model);
            long without = console.restartJob(execution);

            // then
            assertThat(console.awaitEnd(without, PATIENCE)).isEqualTo("STOPPED");
            assertThat(console.exitStatus(without)).startsWith("MEDTUNE000651: The run cannot go on yet. "
                    + "MEDTUNE000652: The model " + model + " is not as it was")
                    .contains("MEDTUNE000653: The dataset " + dataset);

            // when: the one is put back, and the other is named where it is now, but a file cannot be made at the end
            Files.createSymbolicLink(model, Path.of("models/tiny-med-qwen2").toAbsolutePath());
            Path inTheWay = Files.createDirectory(server.home().resolve("runs/fine-tune-" + server.rest()
                    .get("api/jobs/" + execution).json().path("instanceId").asLong() + "/dataset/.summary.json.tmp"));
            long blocked = console.restartJob(without, Map.of("dataset.file", elsewhere.toString()));

            // then
            assertThat(console.awaitEnd(blocked, PATIENCE)).isEqualTo("STOPPED");
            assertThat(console.exitStatus(blocked)).startsWith("MEDTUNE000440: ");

            // when
            Files.delete(inTheWay);
            long mended = console.restartJob(blocked);

            // then
            assertCompletes(server, console, mended, expected);
        }
    }

    @Test
    void aStopKeepsTheStepThatItComesAfterAndOtherParametersLetTheRunGoOn(WildFlyServer server) throws IOException {
        Path expected = undisturbed(server);
        try (ManagementClient console = server.management()) {
            // given: a run that would keep its first checkpoint at its end
            long execution = console.startJob(SMALL);
            awaitSteps(server, execution, 2);

            // when
            console.stopJob(execution);

            // then: it has kept the step at which it stopped
            assertThat(console.awaitEnd(execution, Duration.ofSeconds(10))).isEqualTo("STOPPED");
            int stoppedAt = server.rest().get("api/jobs/" + execution + "/metrics").json().path("steps").size();
            Path checkpoints = server.home().resolve("runs/fine-tune-" + server.rest().get("api/jobs/" + execution)
                    .json().path("instanceId").asLong() + "/checkpoints");
            assertThat(stoppedAt).isBetween(2, STEPS - 1);
            assertThat(names(checkpoints)).containsExactly("checkpoint-" + stoppedAt);

            // when: told over REST to go on as another run
            RestClient.Answer refused = server.rest().postJson("api/jobs/" + execution + "/restart",
                    "{\"learning.rate\": \"1e-3\", \"save.steps\": 2}");

            // then
            assertThat(refused.status()).as(refused.text()).isEqualTo(400);
            assertThat(refused.json().path("detail").asText())
                    .contains("MEDTUNE000654: learning.rate was '2e-4' when the run began, and is now '1e-3'");

            // when: told so where nobody can refuse it at once
            long changed = console.restartJob(execution, Map.of("learning.rate", "1e-3"));

            // then
            assertThat(console.awaitEnd(changed, PATIENCE)).isEqualTo("FAILED");
            assertThat(console.exitStatus(changed)).contains("MEDTUNE000654: learning.rate was '2e-4'");

            // when: with the former value, and with others that may change
            RestClient.Answer accepted = server.rest().postJson("api/jobs/" + changed + "/restart",
                    "{\"learning.rate\": \"2e-4\", \"save.steps\": 2, \"save.total.limit\": 1}");

            // then
            assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
            assertCompletes(server, console, accepted.json().path("executionId").asLong(), expected);
            assertThat(Files.readString(server.log()))
                    .contains("MEDTUNE000509: Training goes on from " + checkpoints.resolve("checkpoint-" + stoppedAt));
            assertThat(names(checkpoints)).hasSizeLessThanOrEqualTo(2).contains("checkpoint-" + STEPS);
        }
    }

    @Test
    void aStopIsHeardInTheMiddleOfAnAnswer(WildFlyServer server) {
        Path expected = undisturbed(server);
        try (ManagementClient console = server.management()) {
            // given: an answer that takes far longer than the test waits for
            Map<String, String> parameters = new TreeMap<>(SMALL);
            parameters.put("evaluation.max.new.tokens", "1900");
            long execution = console.startJob(parameters);
            await("the evaluation").atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> server.rest()
                    .get("api/jobs/" + execution).json().path("progress").path("phase").asText().equals("EVALUATE"));

            // when
            console.stopJob(execution);

            // then
            assertThat(console.awaitEnd(execution, Duration.ofSeconds(10))).isEqualTo("STOPPED");

            // when: a shorter one will do
            long shorter = console.restartJob(execution, Map.of("evaluation.max.new.tokens", "4"));

            // then
            assertCompletes(server, console, shorter, expected);
        }
    }

    private Path undisturbed(WildFlyServer server) {
        if (undisturbed == null) {
            try (ManagementClient console = server.management()) {
                undisturbed = adapter(server, complete(server, console, console.startJob(SMALL)));
            }
        }
        return undisturbed;
    }

    private static void assertCompletes(
            WildFlyServer server, ManagementClient console, long execution, Path expected) {
        assertThat(adapter(server, complete(server, console, execution))).hasSameBinaryContentAs(expected);
        JsonNode steps = server.rest().get("api/jobs/" + execution + "/metrics").json().path("steps");
        assertThat(steps.findValues("step")).extracting(JsonNode::asInt).doesNotHaveDuplicates()
                .endsWith(steps.size());
    }

    private static long complete(WildFlyServer server, ManagementClient console, long execution) {
        assertThat(console.awaitEnd(execution, PATIENCE)).as(console.exitStatus(execution)).isEqualTo("COMPLETED");
        return execution;
    }

    private static void awaitSteps(WildFlyServer server, long execution, int steps) {
        await("step " + steps).atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> server.rest()
                .get("api/jobs/" + execution + "/metrics").json().path("steps").size() >= steps);
    }

    private static Path adapter(WildFlyServer server, long execution) {
        JsonNode report = server.rest().get("api/jobs/" + execution + "/report").json();
        return Path.of(report.path("adapter").path("folder").asText(), "adapter_model.safetensors");
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.map(child -> child.getFileName().toString()).sorted().toList();
        }
    }
}
