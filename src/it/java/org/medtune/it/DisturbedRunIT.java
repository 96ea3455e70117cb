package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whatever happens to the server in the middle of a run of 60 steps, the run goes on afterwards and ends with the very
 * adapter of an undisturbed run. Moments are drawn from a seed; {@code -Dmedtune.it.kills=20} kills four runs five
 * times each instead of one, and {@code -Dmedtune.it.seed} draws others.
 */
class DisturbedRunIT {

    private static final int PORT_OFFSET = Integer.getInteger("medtune.it.port.offset", 210) + 50;
    private static final int KILLS_A_RUN = 5;
    private static final int KILLS = Integer.getInteger("medtune.it.kills", KILLS_A_RUN);
    private static final long SEED = Long.getLong("medtune.it.seed", 3407);
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final int STEPS = 60;
    private static final int SAVE_STEPS = 5;

    private static WildFlyServer server;
    private static Map<String, String> parameters;
    private static Map<String, byte[]> undisturbed;

    @BeforeAll
    static void trainUndisturbed() throws IOException {
        server = new WildFlyServer("disturbed", PORT_OFFSET, Map.of()).start();
        parameters = new TreeMap<>(Map.of("dataset.file", manyRows().toString(), "dataset.rows", "2400",
                "max.seq.length", "192", "per.device.train.batch.size", "1", "gradient.accumulation.steps", "1",
                "max.steps", Integer.toString(STEPS), "save.steps", Integer.toString(SAVE_STEPS),
                "evaluation.share", "0.005", "evaluation.max.new.tokens", "40"));
        try (ManagementClient management = server.management()) {
            long execution = start(management, "undisturbed");
            assertThat(management.awaitEnd(execution, PATIENCE)).as(management.exitStatus(execution))
                    .isEqualTo("COMPLETED");
        }
        undisturbed = adapter("undisturbed");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** The sample dataset many times over, so that formatting it takes long enough to be killed in. */
    private static Path manyRows() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("data/medical-reasoning-sample-zh.jsonl"));
        Path file = server.home().resolve("many-rows.jsonl");
        Files.write(file, IntStream.range(0, 15).mapToObj(time -> rows).flatMap(List::stream).toList());
        return file;
    }

    @Test
    void aKilledServerLosesAtMostTheStepsSinceTheLastCheckpoint() throws IOException {
        for (int run = 0; run < KILLS / KILLS_A_RUN; run++) {
            Random random = new Random(SEED + run);
            String name = "killed-" + run;
            long execution = begin(name);
            for (Moment moment : moments(random, execution)) {
                execution = killAndGoOn(execution, moment);
            }
            assertEndsAsIfUndisturbed(name, execution);
        }
    }

    /**
     * When something is done to the server.
     *
     * @param reached whether it is time
     * @param lasts   whether the moment is not over yet
     */
    private record Moment(String description, BooleanSupplier reached, long nanosAfter, BooleanSupplier lasts) {

        Moment(String description, BooleanSupplier reached, long nanosAfter) {
            this(description, reached, nanosAfter, () -> true);
        }
    }

    /** In formatting, between checkpoints, while one is written, in the evaluation, and about when it is published. */
    private static List<Moment> moments(Random random, long execution) {
        Path run = run(execution);
        int step = 1 + random.nextInt(25);
        int checkpoint = SAVE_STEPS * (6 + random.nextInt(5));
        List<Moment> moments = new ArrayList<>();
        moments.add(new Moment("format", () -> Files.isDirectory(run.resolve("dataset")),
                millis(random, 600)));
        moments.add(new Moment("step " + step, () -> steps(run) >= step, millis(random, 300)));
        BooleanSupplier writing = () -> hasHalfWrittenFolder(run.resolve("checkpoints"));
        moments.add(new Moment("writing of checkpoint " + checkpoint,
                () -> steps(run) >= checkpoint && writing.getAsBoolean(), millis(random, 4), writing));
        moments.add(new Moment("evaluate",
                () -> Files.isDirectory(run.resolve("checkpoints/checkpoint-" + STEPS)), millis(random, 800)));
        moments.add(new Moment("publish",
                () -> Files.exists(run.resolve("evaluation/report.json")), millis(random, 25)));
        return moments;
    }

    private static long millis(Random random, int most) {
        return (long) (random.nextDouble() * most * 1_000_000);
    }

    /** The execution that goes on; the same one where it had ended before it could be killed. */
    private static long killAndGoOn(long execution, Moment moment) {
        killWithin(moment);
        assertThat(moment.lasts().getAsBoolean()).as("killed within the %s", moment.description()).isTrue();
        server.start();
        try (ManagementClient management = server.management()) {
            String status = management.batchStatus(execution);
            String exitStatus = management.exitStatus(execution);
            if (status.equals("COMPLETED")) {
                assertThat(moment.description()).isEqualTo("publish");
                return execution;
            }
            assertThat(status).as(moment + " " + exitStatus).isEqualTo("STOPPED");
            assertThat(exitStatus).as(moment.toString()).startsWith("interrupted: server ended ");
            assertThat(lostSteps(exitStatus)).as(exitStatus).isBetween(0, SAVE_STEPS);
            assertThat(undisturbed).allSatisfy((file, bytes) ->
                    assertThat(adapter("undisturbed").get(file)).isEqualTo(bytes));
            return management.restartJob(execution);
        }
    }

    /**
     * Kills the server; held still meanwhile, so that the moment is not over before. If it is, the next one of the
     * kind.
     */
    private static void killWithin(Moment moment) {
        waitFor(moment);
        server.holdStill();
        while (!moment.lasts().getAsBoolean()) {
            server.letGoOn();
            waitFor(moment);
            server.holdStill();
        }
        server.kill();
    }

    /** What has to be trained again; a checkpoint may be there before its last step is on record. */
    private static int lostSteps(String exitStatus) {
        int step = number(exitStatus, ".*at step (\\d+).*");
        int checkpoint = number(exitStatus, ".*checkpoint (\\d+) is intact");
        return Math.max(0, step - checkpoint);
    }

    private static int number(String text, String pattern) {
        return text.matches(pattern) ? Integer.parseInt(text.replaceAll(pattern, "$1")) : 0;
    }

    @Test
    void whatAnOperatorDoesToTheServerStopsARunWithACheckpointOfItsStep() throws IOException {
        long execution = begin("disturbed");
        try (ManagementClient management = server.management()) {
            Path run = run(execution);

            // the operating system shuts down
            waitFor(new Moment("step 3", () -> steps(run) >= 3, 0));
            server.terminate();
            server.start();
            execution = goOnAfterStop(execution);

            // the application is taken away and brought back
            waitFor(new Moment("step 12", () -> steps(run) >= 12, 0));
            management.undeploy();
            management.deploy();
            execution = goOnAfterStop(execution);

            // the server is suspended; resumed, it restarts the run by itself
            waitFor(new Moment("step 22", () -> steps(run) >= 22, 0));
            management.suspend();
            long suspended = execution;
            assertThat(management.awaitEnd(suspended, PATIENCE)).isEqualTo("STOPPED");
            management.resume();
            execution = await("the run to go on").atMost(PATIENCE).pollInterval(Duration.ofMillis(200))
                    .until(DisturbedRunIT::newest, newest -> newest > suspended);

            // the console's Stop
            waitFor(new Moment("step 33", () -> steps(run) >= 33, 0));
            management.stopJob(execution);
            assertThat(management.awaitEnd(execution, PATIENCE)).isEqualTo("STOPPED");
            execution = goOnAfterStop(execution);
        }
        assertEndsAsIfUndisturbed("disturbed", execution);
    }

    @Test
    void aKilledServerLosesNoRowOfAnEvaluation() throws IOException {
        // given: an evaluation that nothing disturbs, and the same again
        Map<String, String> questions = Map.of("adapter", "undisturbed", "dataset.file", parameters.get("dataset.file"),
                "dataset.rows", "12", "evaluation.generation.rows", "12", "evaluation.max.new.tokens", "48");
        JsonNode unbroken = awaitEvaluation(evaluate(questions));
        long killed = evaluate(questions);
        Path results = results(killed);

        // when: a row that is kept already is marked, as one that is made again would not be
        killWithin(new Moment("a few rows", () -> lines(results).size() > 4, 0,
                () -> lines(results).size() < 12));
        List<String> kept = lines(results);
        kept.replaceAll(line -> line.replaceFirst("\\{", "{ "));
        Files.write(results, kept);
        server.start();

        // then
        JsonNode stopped = evaluation(killed);
        assertThat(stopped.path("status").asText()).as(stopped.toString()).isEqualTo("STOPPED");
        assertThat(stopped.path("exitStatus").asText()).startsWith("interrupted: server ended ");
        assertThat(stopped.path("restartable").asBoolean()).isTrue();

        // when
        RestClient.Answer restart = server.rest().postJson("api/evaluations/" + killed + "/restart", "{}");
        assertThat(restart.status()).as(restart.text()).isEqualTo(202);
        JsonNode end = awaitEvaluation(restart.json().path("executionId").asLong());

        // then
        assertThat(report(end)).isEqualTo(report(unbroken));
        assertThat(lines(results)).hasSize(13).startsWith(kept.toArray(String[]::new))
                .filteredOn(line -> line.startsWith("{ ")).hasSize(kept.size());
    }

    private static long evaluate(Map<String, String> given) {
        RestClient.Answer started = server.rest().postJson("api/evaluations",
                new ObjectMapper().valueToTree(given).toString());
        assertThat(started.status()).as(started.text()).isEqualTo(201);
        return started.json().path("executionId").asLong();
    }

    private static JsonNode evaluation(long execution) {
        return server.rest().get("api/evaluations/" + execution).json();
    }

    private static JsonNode awaitEvaluation(long execution) {
        JsonNode end = server.rest().awaitEnd(execution, PATIENCE);
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("COMPLETED");
        return evaluation(execution);
    }

    /** Without the name and the time, which no two evaluations have in common. */
    private static JsonNode report(JsonNode evaluation) {
        String address = evaluation.path("links").path("evaluation").asText();
        assertThat(address).as(evaluation.toString()).startsWith("/medtune/");
        JsonNode report = server.rest().get(address.substring("/medtune/".length())).json();
        ((ObjectNode) report.path("subject")).remove(List.of("name", "created"));
        return report;
    }

    /** Of an evaluation that has begun. */
    private static Path results(long execution) {
        String begin = "evaluate-" + evaluation(execution).path("instanceId").asLong() + "-";
        return await("the evaluation's folder").atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> {
            try (Stream<Path> folders = Files.list(server.home().resolve("evaluations"))) {
                return folders.filter(folder -> folder.getFileName().toString().startsWith(begin)).findFirst();
            }
        }, Optional::isPresent).orElseThrow().resolve("results.jsonl");
    }

    /** Whole lines only. */
    private static List<String> lines(Path file) {
        try {
            String text = Files.readString(file);
            return new ArrayList<>(text.substring(0, text.lastIndexOf('\n') + 1).lines().toList());
        } catch (IOException e) {
            return new ArrayList<>();
        }
    }

    private static long goOnAfterStop(long execution) {
        try (ManagementClient management = server.management()) {
            assertThat(management.awaitEnd(execution, PATIENCE)).as(management.exitStatus(execution))
                    .isEqualTo("STOPPED");
            Path run = run(execution);
            assertThat(run.resolve("checkpoints/checkpoint-" + steps(run)))
                    .as("the checkpoint of the step that it was in").isDirectory();
            return management.restartJob(execution);
        }
    }

    private static void assertEndsAsIfUndisturbed(String name, long execution) throws IOException {
        try (ManagementClient management = server.management()) {
            assertThat(management.awaitEnd(execution, PATIENCE)).as(management.exitStatus(execution))
                    .isEqualTo("COMPLETED");
        }
        assertThat(adapter(name)).allSatisfy((file, bytes) ->
                assertThat(bytes).as("%s of %s", file, name).isEqualTo(undisturbed.get(file)));
        JsonNode steps = server.rest().get("api/jobs/" + execution + "/metrics").json().path("steps");
        assertThat(steps.findValues("step").stream().map(JsonNode::asInt).toList())
                .isEqualTo(IntStream.rangeClosed(1, STEPS).boxed().toList());
        try (Stream<Path> published = Files.list(server.home().resolve("adapters"))) {
            assertThat(published.map(path -> path.getFileName().toString())
                    .filter(file -> file.startsWith(name))).containsExactly(name);
        }
    }

    private static long begin(String adapterName) {
        try (ManagementClient management = server.management()) {
            return start(management, adapterName);
        }
    }

    private static long start(ManagementClient management, String adapterName) {
        Map<String, String> all = new TreeMap<>(parameters);
        all.put("adapter.name", adapterName);
        return management.startJob(all);
    }

    private static void waitFor(Moment moment) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!moment.reached().getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("never reached: " + moment.description());
            }
            sleep(1_000_000);
        }
        sleep(moment.nanosAfter());
    }

    private static void sleep(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Path run(long execution) {
        return server.home().resolve("runs/fine-tune-"
                + server.rest().get("api/jobs/" + execution).json().path("instanceId").asLong());
    }

    private static long newest() {
        return server.rest().get("api/jobs?limit=1").json().path("jobs").path(0).path("executionId").asLong();
    }

    private static int steps(Path run) {
        try (Stream<String> lines = Files.lines(run.resolve("metrics.jsonl"))) {
            return (int) lines.count();
        } catch (IOException e) {
            return 0;
        }
    }

    private static boolean hasHalfWrittenFolder(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.anyMatch(child -> child.getFileName().toString().startsWith(".writing-"));
        } catch (IOException e) {
            return false;
        }
    }

    private static Map<String, byte[]> adapter(String name) {
        Path folder = server.home().resolve("adapters").resolve(name);
        try {
            return Map.of("adapter_config.json", Files.readAllBytes(folder.resolve("adapter_config.json")),
                    "adapter_model.safetensors", Files.readAllBytes(folder.resolve("adapter_model.safetensors")));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
