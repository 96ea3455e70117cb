package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.medtune.it.RestClient.Answer;

/** What REST offers of runs beyond their start: log, publication, comparison, stop and restart sent twice, deletion. */
@ExtendWith(SharedServer.class)
class RunRestIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Map<String, String> SMALL = Map.of(
            "dataset.rows", "20", "per.device.train.batch.size", "1", "gradient.accumulation.steps", "1",
            "max.steps", "4", "save.steps", "2", "warmup.steps", "1", "max.seq.length", "64",
            "evaluation.max.new.tokens", "2");

    @Test
    @DisplayName("a run's log, its publication, its comparison with another and its deletion")
    void wholeRun(WildFlyServer server) throws IOException {
        // given: a run that failed, was mended and is complete, and one that was stopped, failed and goes on
        long first = mendedRun(server);
        long second = failedInTheMiddle(server, stoppedRun(server));

        // then: the log has the run's own lines, all of its steps among them, and can be read in pages
        List<String> log = log(server, first, 1 << 20);
        assertThat(log).anyMatch(line -> line.contains("MEDTUNE000773: Execution " + first + " of the job fine-tune"))
                .anyMatch(line -> line.contains("MEDTUNE000711: Step 4 of 4"))
                .anyMatch(line -> line.contains("MEDTUNE000712"))
                .noneMatch(line -> line.contains("Execution " + second));
        assertThat(log(server, first, 500)).isEqualTo(log);

        // then: a run that has ended by itself is not stopped
        assertProblem(server.rest().postJson("api/jobs/" + second + "/stop", "{}"), 409, "MEDTUNE000702");
        assertProblem(server.rest().postJson("api/jobs/" + first + "/stop", "{}"), 409, "MEDTUNE000702");

        // when: the failed run is restarted, and the request is sent again
        Answer restarted = server.rest().postJson("api/jobs/" + second + "/restart", "{}");
        long third = restarted.json().path("executionId").asLong();
        Answer again = server.rest().postJson("api/jobs/" + second + "/restart", "{}");

        // then: it goes on once
        assertThat(restarted.status()).as(restarted.text()).isEqualTo(202);
        assertThat(again.status()).as(again.text()).isEqualTo(202);
        assertThat(again.json().path("executionId").asLong()).isEqualTo(third);
        assertProblem(server.rest().postJson("api/jobs/" + third + "/publish", "{}"), 409, "MEDTUNE000774");
        assertProblem(delete(server, third, ""), 409, "MEDTUNE000781");
        awaitSteps(server, third);
        server.rest().postJson("api/jobs/" + third + "/stop", "{}");
        server.rest().awaitEnd(third, PATIENCE);
        assertThat(log(server, second, 1 << 20))
                .anyMatch(line -> line.contains("MEDTUNE000773: Execution " + second + " "))
                .anyMatch(line -> line.contains("MEDTUNE000773: Execution " + third + " "));

        // then: every execution tells how it has ended
        JsonNode executions = server.rest().get("api/jobs/" + second + "/executions").json().path("executions");
        assertThat(executions.findValuesAsText("executionId")).hasSize(3)
                .startsWith(Long.toString(third), Long.toString(second));
        assertThat(executions.findValuesAsText("status")).containsExactly("STOPPED", "FAILED", "STOPPED");
        assertThat(executions.path(1).path("exitStatus").asText()).contains("MEDTUNE000443");
        assertProblem(server.rest().get("api/jobs/987654/executions"), 404, "MEDTUNE000701");

        publishes(server, first, third);
        compares(server, first, third);
        isHeldUpByNoReader(server, first);
        deletes(server, first, third);
    }

    /** A run that the console has started without its dataset, and that goes on to its end when that is there. */
    private static long mendedRun(WildFlyServer server) throws IOException {
        // given
        Path file = server.home().resolve("comes-later.jsonl");
        Map<String, String> parameters = new TreeMap<>(SMALL);
        parameters.put("dataset.file", file.toString());
        parameters.put("dataset.rows", "24");
        long failed;
        try (ManagementClient management = server.management()) {
            failed = management.startJob(parameters);
        }
        JsonNode end = server.rest().awaitEnd(failed, PATIENCE);
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("FAILED");
        assertThat(end.path("exitStatus").asText()).contains("MEDTUNE000001", file.toString());
        assertThat(end.path("restartable").asBoolean()).isTrue();

        // when: nothing is mended
        Answer refused = server.rest().postJson("api/jobs/" + failed + "/restart", "{}");

        // then: nothing is begun
        assertProblem(refused, 400, "MEDTUNE000001");
        assertThat(server.rest().get("api/jobs/" + failed).json().path("restartable").asBoolean()).isTrue();

        // when
        DatasetWithRejects.write(file);
        Answer restarted = server.rest().postJson("api/jobs/" + failed + "/restart", "{}");

        // then
        assertThat(restarted.status()).as(restarted.text()).isEqualTo(202);
        JsonNode complete = server.rest().awaitEnd(restarted.json().path("executionId").asLong(), PATIENCE);
        assertThat(complete.path("status").asText()).as(complete.toString()).isEqualTo("COMPLETED");
        assertThat(complete.path("instanceId")).isEqualTo(end.path("instanceId"));

        // then: it tells which rows of that dataset it could not use
        JsonNode dataset = server.rest().get("api/jobs/" + failed + "/dataset").json();
        DatasetWithRejects.assertFigures(dataset, 24);
        return complete.path("executionId").asLong();
    }

    /** A stopped run whose restart meets a damaged file of its own; the file is whole again afterwards. */
    private static long failedInTheMiddle(WildFlyServer server, long stopped) throws IOException {
        // given: a file without its end
        String instance = server.rest().get("api/jobs/" + stopped).json().path("instanceId").asText();
        Path file = server.home().resolve("runs/fine-tune-" + instance + "/dataset/tokenized.jsonl");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 1));

        // when
        long failed = server.rest().postJson("api/jobs/" + stopped + "/restart", "{}").json().path("executionId")
                .asLong();
        JsonNode end = server.rest().awaitEnd(failed, PATIENCE);

        // then: all steps are kept for when it has been put back
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("FAILED");
        assertThat(end.path("exitStatus").asText()).contains("MEDTUNE000443", "Put it back");
        assertThat(end.path("restartable").asBoolean()).isTrue();
        assertThat(server.rest().get("api/jobs/" + failed + "/checkpoints").json().path("checkpoints")).isNotEmpty();
        Files.write(file, whole);
        return failed;
    }

    private static void publishes(WildFlyServer server, long complete, long stopped) throws IOException {
        // when: an earlier checkpoint of a complete run, and the newest one of a stopped run
        Answer earlier = server.rest().postJson("api/jobs/" + complete + "/publish",
                "{\"name\": \"of-step-2\", \"step\": 2}");
        Answer newest = server.rest().postJson("api/jobs/" + stopped + "/publish", "{\"name\": \"of-a-stopped-run\"}");

        // then: they are adapters like any other
        assertThat(earlier.status()).as(earlier.text()).isEqualTo(201);
        assertThat(earlier.location()).endsWith("/medtune/api/adapters/of-step-2");
        assertThat(earlier.json().path("step").asInt()).isEqualTo(2);
        assertThat(server.rest().get("api/adapters/of-step-2").status()).isEqualTo(200);
        assertThat(newest.status()).as(newest.text()).isEqualTo(201);
        assertThat(server.rest().get("v1/models").text()).contains("of-step-2", "of-a-stopped-run");

        // then: once more changes nothing, and a name that is taken is refused
        Path weights = server.home().resolve("adapters/of-step-2/adapter_model.safetensors");
        byte[] before = Files.readAllBytes(weights);
        assertThat(server.rest().postJson("api/jobs/" + complete + "/publish",
                "{\"name\": \"of-step-2\", \"step\": 2}").status()).isEqualTo(200);
        assertProblem(server.rest().postJson("api/jobs/" + complete + "/publish",
                "{\"name\": \"of-step-2\", \"step\": 4}"), 409, "MEDTUNE000775");
        assertThat(Files.readAllBytes(weights)).isEqualTo(before);
        assertProblem(server.rest().postJson("api/jobs/" + complete + "/publish", "{\"step\": 3}"), 404,
                "MEDTUNE000776");
        assertProblem(server.rest().postJson("api/jobs/" + complete + "/publish", "{\"step\": \"2\"}"), 400,
                "MEDTUNE000787");
        assertProblem(server.rest().postJson("api/jobs/" + complete + "/publish", "{\"name\": \"../up\"}"), 400,
                "MEDTUNE000003");
    }

    private static void compares(WildFlyServer server, long complete, long stopped) {
        // when
        Answer answer = server.rest().get("api/jobs/compare?points=3&ids=" + complete + "," + stopped);

        // then
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        JsonNode comparison = answer.json();
        assertThat(comparison.path("parameters").findValuesAsText("name")).containsExactly("dataset.file",
                "dataset.rows", "max.steps", "save.steps");
        assertThat(comparison.path("parameters").path(2).path("values").toString()).isEqualTo("[\"4\",\"100000\"]");
        assertThat(comparison.path("runs").findValuesAsText("executionId"))
                .containsExactly(Long.toString(complete), Long.toString(stopped));
        assertThat(comparison.path("runs").path(0).path("steps").asInt()).isEqualTo(4);
        assertThat(comparison.path("runs").path(0).path("report").path("heldOutNll").isObject()).isTrue();
        assertThat(comparison.path("runs").path(1).path("report").isNull()).isTrue();
        assertThat(comparison.path("curves").path("steps").size()).isBetween(1, 3);
        assertThat(comparison.path("curves").path("losses").path(0).path(0).asDouble()).isPositive();
        assertProblem(server.rest().get("api/jobs/compare?ids=" + complete), 400, "MEDTUNE000786");
        assertProblem(server.rest().get("api/jobs/compare?ids=" + complete + "," + complete), 400, "MEDTUNE000786");
        assertProblem(server.rest().get("api/jobs/compare?ids=" + complete + ",987654"), 404, "MEDTUNE000701");
    }

    private static void isHeldUpByNoReader(WildFlyServer server, long complete) throws IOException {
        // given: a run of many steps, and more readers than there are threads, none of which takes anything
        String instance = server.rest().get("api/jobs/" + complete).json().path("instanceId").asText();
        Path metrics = server.home().resolve("runs/fine-tune-" + instance + "/metrics.jsonl");
        List<String> lines = Files.readAllLines(metrics);
        String last = lines.get(lines.size() - 1);
        Files.write(metrics, IntStream.rangeClosed(lines.size() + 1, 10_000)
                .mapToObj(step -> last.replaceFirst("\"step\":\\d+", "\"step\":" + step)).toList(),
                StandardOpenOption.APPEND);
        URI address = URI.create(server.address());
        String request = "GET /medtune/api/jobs/" + complete + "/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
                + Login.administrator(address).basic() + "\r\n\r\n";
        List<Socket> readers = new ArrayList<>();
        try {
            for (int i = 0; i < 50; i++) {
                Socket reader = new Socket();
                readers.add(reader);
                reader.setReceiveBufferSize(1024);
                reader.connect(new InetSocketAddress(address.getHost(), address.getPort()));
                reader.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            }

            // when
            String all = server.rest().get("api/jobs/" + complete + "/events").text();

            // then
            assertThat(all).contains("id: 10000\n").endsWith("event: end\ndata: {}\n\n");
        } finally {
            for (Socket reader : readers) {
                reader.close();
            }
        }
    }

    private static void deletes(WildFlyServer server, long complete, long stopped) throws IOException {
        // given
        String instance = server.rest().get("api/jobs/" + complete).json().path("instanceId").asText();
        Path folder = server.home().resolve("runs/fine-tune-" + instance);

        // when
        Answer dry = delete(server, complete, "?dry.run=true");

        // then: nothing has changed
        assertThat(dry.status()).as(dry.text()).isEqualTo(200);
        assertThat(dry.json().path("run").path("folder").asText()).isEqualTo(folder.toString());
        assertThat(folder).isDirectory();
        assertProblem(delete(server, complete, "?dry.run=maybe"), 400, "MEDTUNE000462");

        // when
        Answer done = delete(server, complete, "");

        // then: the run is gone with all that is its own, and nothing else
        assertThat(done.json().path("run")).isEqualTo(dry.json().path("run"));
        assertThat(folder).doesNotExist();
        try (Stream<Path> logs = Files.list(server.home().resolve("run-logs"))) {
            assertThat(logs.map(log -> log.getFileName().toString()))
                    .noneMatch(name -> name.startsWith("fine-tune-" + instance + "-"));
        }
        assertProblem(delete(server, complete, ""), 404, "MEDTUNE000701");
        assertProblem(server.rest().get("api/jobs/" + complete + "/log"), 404, "MEDTUNE000701");
        assertThat(server.home().resolve("adapters/of-step-2/adapter_model.safetensors")).isRegularFile();
        assertThat(server.rest().get("api/jobs/" + stopped).json().path("restartable").asBoolean()).isTrue();
        assertThat(delete(server, stopped, "").status()).isEqualTo(200);
    }

    private static List<String> log(WildFlyServer server, long executionId, int limit) {
        List<String> lines = new ArrayList<>();
        JsonNode page = null;
        do {
            Answer answer = server.rest().get("api/jobs/" + executionId + "/log?limit=" + limit + "&after="
                    + (page == null ? 0 : page.path("next").asLong()));
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            page = answer.json();
            page.path("lines").forEach(line -> lines.add(line.asText()));
        } while (page.path("next").asLong() < page.path("end").asLong());
        return lines;
    }

    private static long stoppedRun(WildFlyServer server) {
        long executionId = start(server, Map.of("max.steps", "100000", "save.steps", "100000"));
        awaitSteps(server, executionId);
        Answer stop = server.rest().postJson("api/jobs/" + executionId + "/stop", "{}");
        assertThat(stop.status()).as(stop.text()).isEqualTo(202);
        // sent again before it has taken effect, as the case may be
        assertThat(server.rest().postJson("api/jobs/" + executionId + "/stop", "{}").status()).isEqualTo(202);
        assertThat(server.rest().awaitEnd(executionId, PATIENCE).path("status").asText()).isEqualTo("STOPPED");
        // and behind it
        assertThat(server.rest().postJson("api/jobs/" + executionId + "/stop", "{}").json().path("status").asText())
                .isEqualTo("STOPPED");
        return executionId;
    }

    private static void awaitSteps(WildFlyServer server, long executionId) {
        int before = server.rest().get("api/jobs/" + executionId + "/metrics").json().path("steps").size();
        await("a step").atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() ->
                server.rest().get("api/jobs/" + executionId + "/metrics").json().path("steps").size() > before);
    }

    private static long start(WildFlyServer server, Map<String, String> more) {
        Map<String, String> parameters = new TreeMap<>(SMALL);
        parameters.putAll(more);
        Answer answer = server.rest().postJson("api/jobs", new ObjectMapper().valueToTree(parameters).toString());
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.json().path("executionId").asLong();
    }

    private static Answer delete(WildFlyServer server, long executionId, String query) {
        return server.rest().send("DELETE", "api/jobs/" + executionId + query, "application/json", "");
    }

    private static void assertProblem(Answer answer, int status, String id) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.contentType()).isEqualTo("application/problem+json");
        assertThat(answer.json().path("id").asText()).isEqualTo(id);
    }
}
