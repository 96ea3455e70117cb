package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The job on the real server, with small steps. */
@ExtendWith(SharedServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FineTuneIT {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Map<String, String> SMALL = Map.of(
            "dataset.rows", "40", "per.device.train.batch.size", "1", "gradient.accumulation.steps", "2",
            "max.steps", "8", "warmup.steps", "2", "save.steps", "3", "evaluation.max.new.tokens", "4");

    private long unbroken;

    @Test
    void completesWhenTheConsoleStartsIt(WildFlyServer server) {
        try (ManagementClient management = server.management()) {
            // when
            long executionId = management.startJob(SMALL);

            // then
            assertThat(management.awaitEnd(executionId, PATIENCE))
                    .as(management.exitStatus(executionId)).isEqualTo("COMPLETED");
            JsonNode report = server.rest().get("api/jobs/" + executionId + "/report").json();
            assertThat(report.path("firstLoss").asDouble()).isPositive();
            assertThat(report.path("heldOutNll").path("after").asDouble())
                    .isPositive().isNotEqualTo(report.path("heldOutNll").path("before").asDouble());
            assertThat(report.path("sample").path("question").asText()).contains("急性阑尾炎");
            assertThat(Path.of(report.path("adapter").path("folder").asText()))
                    .isDirectoryContaining("glob:**/adapter_config.json")
                    .isDirectoryContaining("glob:**/adapter_model.safetensors");
            assertThat(server.rest().get("api/jobs/" + executionId + "/metrics").json().path("steps")).hasSize(8);
        }
    }

    @Test
    void whatARunPublishesCanBeChattedWithAtOnceAndAnswersAsInTheReport(WildFlyServer server) {
        // given
        Map<String, String> parameters = new TreeMap<>(SMALL);
        parameters.put("adapter.name", "for-the-chat");
        parameters.put("evaluation.max.new.tokens", "12");
        assertThat(server.rest().get("v1/models").text()).contains("\"base\"").doesNotContain("for-the-chat");

        // when
        JsonNode end = server.rest().awaitEnd(start(server, parameters), PATIENCE);

        // then
        JsonNode report = server.rest().get("api/jobs/" + end.path("executionId").asLong() + "/report").json();
        JsonNode sample = report.path("sample");
        String checkpoint = end.path("instanceId").asLong() + ":8";
        assertThat(server.rest().get("v1/models").json().path("data").findValuesAsText("id"))
                .contains("for-the-chat", checkpoint);
        assertThat(sample.path("base").asText()).startsWith(answer(server, "base", sample));
        assertThat(sample.path("fineTuned").asText()).startsWith(answer(server, "for-the-chat", sample))
                .startsWith(answer(server, checkpoint, sample));
    }

    /** The reasoning in a short greedy answer to the report's question. */
    private static String answer(WildFlyServer server, String model, JsonNode sample) {
        ObjectMapper mapper = new ObjectMapper();
        JsonNode message = mapper.createObjectNode().put("role", "user")
                .put("content", sample.path("question").asText());
        JsonNode request = mapper.createObjectNode().put("model", model).put("temperature", 0).put("max_tokens", 12)
                .set("messages", mapper.createArrayNode().add(message));
        RestClient.Answer answer = server.rest().postJson("v1/chat/completions", request.toString());
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        String reasoning = answer.json().path("choices").get(0).path("message").path("reasoning_content").asText();
        assertThat(reasoning).isNotBlank();
        return reasoning;
    }

    @Test
    void givesTheSameAdapterWithAStopAndARestart(WildFlyServer server) {
        // given
        long unbroken = unbroken(server);

        // when: another is stopped after its first step, off a checkpoint, and restarted
        long stopped = start(server, SMALL);
        await("a step of execution " + stopped).atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() ->
                !server.rest().get("api/jobs/" + stopped + "/metrics").json().path("steps").isEmpty());
        assertThat(server.rest().postJson("api/jobs/" + stopped + "/stop", "{}").status()).isEqualTo(202);
        assertThat(server.rest().awaitEnd(stopped, PATIENCE).path("status").asText()).isEqualTo("STOPPED");
        int stepsBefore = server.rest().get("api/jobs/" + stopped + "/metrics").json().path("steps").size();
        long restarted = server.rest().postJson("api/jobs/" + stopped + "/restart", "{}").json()
                .path("executionId").asLong();
        JsonNode end = server.rest().awaitEnd(restarted, PATIENCE);

        // then
        assertThat(stepsBefore).isBetween(1, 7);
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("COMPLETED");
        assertThat(adapter(server, restarted)).hasSameBinaryContentAs(adapter(server, unbroken));
    }

    @Test
    void stopsWhenNoCheckpointCanBeWrittenAndGoesOnWhenItCan(WildFlyServer server) throws IOException {
        // given: a run whose place for checkpoints is taken by a file
        long unbroken = unbroken(server);
        long broken = start(server, SMALL);
        long run = server.rest().get("api/jobs/" + broken).json().path("instanceId").asLong();
        Path checkpoints = server.home().resolve("runs/fine-tune-" + run + "/checkpoints");
        await("the run's folder").atMost(PATIENCE).pollInterval(Duration.ofMillis(5))
                .until(() -> Files.isDirectory(checkpoints));
        Files.delete(checkpoints);
        Files.createFile(checkpoints);

        // when
        JsonNode stopped = server.rest().awaitEnd(broken, PATIENCE);

        // then: the console can restart it, and its exit status says what to mend
        assertThat(stopped.path("status").asText()).isEqualTo("STOPPED");
        // whether the step finds it when it looks for checkpoints or when it writes one depends on who was first
        assertThat(stopped.path("exitStatus").asText()).satisfiesAnyOf(
                sentence -> assertThat(sentence).startsWith("MEDTUNE000504: " + checkpoints)
                        .contains("cannot be written"),
                sentence -> assertThat(sentence)
                        .startsWith("MEDTUNE000015: The run's files at " + checkpoints + " cannot be used"));

        // when: mended and restarted
        Files.delete(checkpoints);
        long restarted = server.rest().postJson("api/jobs/" + broken + "/restart", "{}").json()
                .path("executionId").asLong();
        JsonNode end = server.rest().awaitEnd(restarted, PATIENCE);

        // then
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("COMPLETED");
        assertThat(adapter(server, restarted)).hasSameBinaryContentAs(adapter(server, unbroken));
    }

    @Test
    void stopsWhenTheLossIsNoNumber(WildFlyServer server) {
        // given: a learning rate that no model survives
        Map<String, String> parameters = new TreeMap<>(SMALL);
        parameters.put("learning.rate", "1e30");

        // when
        JsonNode end = server.rest().awaitEnd(start(server, parameters), PATIENCE);

        // then
        assertThat(end.path("status").asText()).isEqualTo("STOPPED");
        assertThat(end.path("exitStatus").asText()).startsWith("MEDTUNE000500: In optimizer step")
                .contains("Lower learning.rate");
    }

    @Test
    void refusesARestartOfWhatIsComplete(WildFlyServer server) {
        RestClient.Answer answer = server.rest().postJson("api/jobs/" + unbroken(server) + "/restart", "{}");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.json().path("id").asText()).isEqualTo("MEDTUNE000705");
    }

    /** A run that nothing has stopped. */
    private long unbroken(WildFlyServer server) {
        if (unbroken == 0) {
            unbroken = start(server, SMALL);
            JsonNode end = server.rest().awaitEnd(unbroken, PATIENCE);
            assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("COMPLETED");
        }
        return unbroken;
    }

    private static long start(WildFlyServer server, Map<String, String> parameters) {
        String body = new ObjectMapper().valueToTree(new TreeMap<>(parameters)).toString();
        RestClient.Answer answer = server.rest().postJson("api/jobs", body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.json().path("executionId").asLong();
    }

    private static Path adapter(WildFlyServer server, long executionId) {
        JsonNode report = server.rest().get("api/jobs/" + executionId + "/report").json();
        return Path.of(report.path("adapter").path("folder").asText(), "adapter_model.safetensors");
    }
}
