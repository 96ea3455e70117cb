package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The job on the real server and its real job repository. */
@ExtendWith(SharedServer.class)
@DisplayName("The job purge")
class PurgeIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Map<String, String> SMALL = Map.of(
            "dataset.rows", "20", "per.device.train.batch.size", "1", "gradient.accumulation.steps", "1",
            "max.steps", "2", "warmup.steps", "1", "max.seq.length", "64", "evaluation.max.new.tokens", "2");

    @Test
    @DisplayName("tells first and removes then: rows, folder and checkpoints, but no adapter and no other run")
    void purges(WildFlyServer server) {
        // given: two complete runs, and one that can go on
        JsonNode old = run(server, Map.of("adapter.name", "of-a-purged-run"));
        JsonNode newer = run(server, Map.of());
        JsonNode stopped = stoppedRun(server);
        int total = server.rest().get("api/jobs").json().path("total").asInt();
        Map<String, String> parameters = new TreeMap<>(
                Map.of("older.than.days", "0", "keep.newest", "2", "job.names", "fine-tune"));

        // when: over REST, without a word about dry.run
        RestClient.Answer started = server.rest().postJson("api/purges", json(parameters));
        assertThat(started.status()).as(started.text()).isEqualTo(201);
        JsonNode dry = awaitEnd(server, started.json().path("executionId").asLong());

        // then
        assertThat(started.location()).endsWith("/medtune/api/purges/" + dry.path("executionId").asLong());
        assertThat(dry.path("status").asText()).isEqualTo("COMPLETED");
        assertThat(dry.path("exitStatus").asText()).startsWith("MEDTUNE000630: Nothing is removed yet: ");
        JsonNode told = purgedRun(dry, old);
        assertThat(told.path("folder").asText()).isEqualTo(folder(server, old).toString());
        assertThat(told.path("bytes").asLong()).isGreaterThan(100_000);
        assertThat(dry.path("report").path("runs").findValuesAsText("instanceId"))
                .doesNotContain(instance(newer), instance(stopped));
        assertThat(server.rest().get("api/jobs").json().path("total").asInt()).isEqualTo(total);
        assertThat(folder(server, old)).isDirectory();

        try (ManagementClient management = server.management()) {
            // when: in the console, in earnest
            parameters.put("dry.run", "false");
            long purge = management.startJob("purge", parameters);

            // then: its exit status says what it did, and REST has the list
            int removed = dry.path("report").path("runs").size();
            assertThat(management.awaitEnd("purge", purge, PATIENCE))
                    .startsWith("COMPLETED MEDTUNE000631: " + removed + " runs and 0 folders");
            JsonNode done = server.rest().get("api/purges/" + purge).json();
            assertThat(purgedRun(done, old)).isEqualTo(told);
            assertThat(done.path("report").path("failed")).isEmpty();
            assertThat(server.rest().get("api/purges").json().path("purges").findValuesAsText("executionId"))
                    .startsWith(Long.toString(purge), Long.toString(dry.path("executionId").asLong()));

            // then: the run is gone
            assertThat(server.rest().get("api/jobs/" + old.path("executionId").asLong()).json().path("id").asText())
                    .isEqualTo("MEDTUNE000701");
            assertThat(server.rest().get("api/jobs").json().path("total").asInt()).isEqualTo(total - removed);
            assertThat(folder(server, old)).doesNotExist();

            // then: all else is there
            assertThat(server.home().resolve("adapters/of-a-purged-run"))
                    .isDirectoryContaining("glob:**/adapter_model.safetensors");
            assertThat(server.rest().get("v1/models").text()).contains("of-a-purged-run");
            assertThat(management.batchStatus(newer.path("executionId").asLong())).isEqualTo("COMPLETED");
            assertThat(server.rest().get("api/jobs/" + newer.path("executionId").asLong() + "/report").status())
                    .isEqualTo(200);
            long restarted = management.restartJob(stopped.path("executionId").asLong());
            await("the restarted run to train").atMost(PATIENCE).until(() ->
                    server.rest().get("api/jobs/" + restarted).json().path("progress").path("done").asInt() > 1);
            management.stopJob(restarted);
            assertThat(management.awaitEnd(restarted, PATIENCE)).isEqualTo("STOPPED");
        }
    }

    @Test
    @DisplayName("refuses over REST what it does not understand")
    void refusal(WildFlyServer server) {
        RestClient.Answer answer = server.rest().postJson("api/purges", "{\"keep.newst\": 3, \"dry.run\": \"no\"}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("detail").asText()).contains("did you mean keep.newest?", "dry.run is 'no'");
        assertThat(server.rest().get("api/purges/987654").json().path("id").asText()).isEqualTo("MEDTUNE000637");
    }

    private static JsonNode run(WildFlyServer server, Map<String, String> more) {
        JsonNode end = server.rest().awaitEnd(start(server, more), PATIENCE);
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("COMPLETED");
        return end;
    }

    private static JsonNode stoppedRun(WildFlyServer server) {
        long executionId = start(server, Map.of("max.steps", "100000", "save.steps", "100000"));
        await("a step").atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() ->
                server.rest().get("api/jobs/" + executionId).json().path("progress").path("done").asInt() > 0
                        && !server.rest().get("api/jobs/" + executionId + "/metrics").json().path("steps").isEmpty());
        server.rest().postJson("api/jobs/" + executionId + "/stop", "{}");
        JsonNode end = server.rest().awaitEnd(executionId, PATIENCE);
        assertThat(end.path("status").asText()).isEqualTo("STOPPED");
        return end;
    }

    private static long start(WildFlyServer server, Map<String, String> more) {
        Map<String, String> parameters = new TreeMap<>(SMALL);
        parameters.putAll(more);
        return server.rest().postJson("api/jobs", json(parameters)).json().path("executionId").asLong();
    }

    private static JsonNode awaitEnd(WildFlyServer server, long purge) {
        return await("purge " + purge).atMost(PATIENCE).pollInterval(Duration.ofMillis(100))
                .until(() -> server.rest().get("api/purges/" + purge).json(), view -> view.has("ended"));
    }

    private static JsonNode purgedRun(JsonNode purge, JsonNode run) {
        for (JsonNode each : purge.path("report").path("runs")) {
            if (each.path("instanceId").asText().equals(instance(run))) {
                return each;
            }
        }
        throw new AssertionError("run " + instance(run) + " is not in " + purge);
    }

    private static String instance(JsonNode run) {
        return run.path("instanceId").asText();
    }

    private static Path folder(WildFlyServer server, JsonNode run) {
        return server.home().resolve("runs/fine-tune-" + instance(run));
    }

    private static String json(Map<String, String> parameters) {
        return new ObjectMapper().valueToTree(parameters).toString();
    }
}
