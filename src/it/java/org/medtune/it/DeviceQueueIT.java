package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Several runs at a time on the real server, which has one device, the processor. */
@ExtendWith(SharedServer.class)
@DisplayName("While a run trains")
class DeviceQueueIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Map<String, String> SMALL = Map.of(
            "dataset.rows", "20", "per.device.train.batch.size", "1", "gradient.accumulation.steps", "1",
            "max.steps", "2", "warmup.steps", "1", "max.seq.length", "64", "evaluation.max.new.tokens", "2",
            "device", "cpu");

    private WildFlyServer server;
    private long training;

    @BeforeEach
    void startARunThatTakesLong(WildFlyServer shared) {
        server = shared;
        training = start(with("max.steps", "100000", "save.steps", "100000"));
        await("execution " + training + " to train").atMost(PATIENCE).pollInterval(Duration.ofMillis(50))
                .until(() -> job(training).path("progress").path("done").asInt() > 0
                        && phase(training).equals("TRAIN"));
    }

    @AfterEach
    void stopIt() {
        if (job(training).path("stoppable").asBoolean()) {
            stop(training);
        }
        server.rest().awaitEnd(training, PATIENCE);
    }

    @Test
    @DisplayName("others wait, visibly and in their order; the chat answers, and stop and restart work as ever")
    void waiting() {
        // given
        long second = start(SMALL);
        awaitPosition(second, 1);
        long third = start(SMALL);
        awaitPosition(third, 2);

        // then: whoever looks sees it
        assertThat(job(second).path("status").asText()).isEqualTo("STARTED");
        assertThat(phase(second)).isEqualTo("QUEUE");
        assertThat(job(second).path("queue").toString())
                .isEqualTo("{\"position\":1,\"devices\":[\"cpu\"],\"behind\":[" + training + "]}");
        assertThat(job(third).path("queue").path("behind").toString()).isEqualTo("[" + training + "," + second + "]");
        assertThat(job(training).has("queue")).isFalse();
        assertThat(server.rest().get("runs.xhtml").text())
                .contains("position 1 in the queue for cpu, behind execution " + training,
                        "position 2 in the queue for cpu, behind execution " + training + ", " + second);
        assertThat(server.rest().get("runs.xhtml?language=zh").text())
                .contains("cpu 排队第 1 位，排在执行 " + training + " 之后");
        assertThat(server.log()).content()
                .contains("MEDTUNE000624: Execution " + second + " waits for a device: position 1");
        assertThat(server.rest().get("api/chat/status").json().path("runs")).hasSize(1);

        // then: the chat goes on
        RestClient.Answer answer = server.rest().postJson("v1/chat/completions", """
                {"model": "base", "max_tokens": 4, "messages": [{"role": "user", "content": "发热怎么办？"}]}""");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().path("usage").path("completion_tokens").asInt()).isPositive();
        assertThat(phase(training)).isEqualTo("TRAIN");

        // when: the second does not want to wait any longer
        stop(second);

        // then
        assertThat(server.rest().awaitEnd(second, Duration.ofSeconds(10)).path("status").asText())
                .isEqualTo("STOPPED");
        awaitPosition(third, 1);

        // when: it waits again, at the end, and the first is stopped
        long again = server.rest().postJson("api/jobs/" + second + "/restart", "{}").json()
                .path("executionId").asLong();
        awaitPosition(again, 2);
        stop(training);

        // then: the first stops within a step or two, and the others get their turn
        assertThat(server.rest().awaitEnd(training, PATIENCE).path("status").asText()).isEqualTo("STOPPED");
        JsonNode endOfThird = server.rest().awaitEnd(third, PATIENCE);
        assertThat(endOfThird.path("status").asText()).as(endOfThird.toString()).isEqualTo("COMPLETED");
        JsonNode end = server.rest().awaitEnd(again, PATIENCE);
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("COMPLETED");
        assertThat(server.log()).content().contains("MEDTUNE000625: Execution " + again + " has cpu after a wait of");
    }

    @Test
    @DisplayName("one that must not wait is refused at once, and leaves nothing behind; it can be restarted later")
    void refusal() {
        // when: over REST
        RestClient.Answer answer = server.rest().postJson("api/jobs", json(with("device.queue", "refuse")));

        // then
        assertThat(answer.status()).as(answer.text()).isEqualTo(409);
        assertThat(answer.json().path("id").asText()).isEqualTo("MEDTUNE000620");
        assertThat(answer.json().path("detail").asText()).contains("cpu, which execution " + training + " uses");

        try (ManagementClient management = server.management()) {
            // when: by the console, which asks nobody
            long refused = management.startJob(with("device.queue", "refuse"));

            // then: it is STOPPED, so that the console offers a restart
            assertThat(management.awaitEnd(refused, PATIENCE)).isEqualTo("STOPPED");
            assertThat(management.exitStatus(refused))
                    .startsWith("MEDTUNE000621: device stands for cpu, which execution " + training + " uses");
            long run = job(refused).path("instanceId").asLong();
            assertThat(Files.exists(server.home().resolve("runs/fine-tune-" + run))).isFalse();
            assertThat(server.rest().postJson("api/jobs/" + refused + "/restart", "{}").json().path("id").asText())
                    .isEqualTo("MEDTUNE000620");

            // when: the device is free
            stop(training);
            server.rest().awaitEnd(training, PATIENCE);
            long restarted = management.restartJob(refused);

            // then
            assertThat(management.awaitEnd(restarted, PATIENCE)).as(management.exitStatus(restarted))
                    .isEqualTo("COMPLETED");
        }
    }

    @Test
    @DisplayName("and the application is taken away and brought back, those that trained or waited can be restarted")
    void redeployment() {
        // given
        long waiting = start(SMALL);
        awaitPosition(waiting, 1);

        try (ManagementClient management = server.management()) {
            // when
            management.undeploy();
            management.deploy();

            // then
            assertThat(management.deploymentStatus()).isEqualTo("OK");
            assertThat(management.batchStatus(training)).isEqualTo("STOPPED");
            assertThat(management.exitStatus(training)).isEqualTo("STOPPED");
            assertThat(server.home().resolve("runs/fine-tune-" + job(training).path("instanceId").asLong()))
                    .satisfies(run -> assertThat(run.resolve("checkpoints")).isNotEmptyDirectory());
            assertThat(management.batchStatus(waiting)).isEqualTo("STOPPED");

            // when
            long restarted = management.restartJob(waiting);

            // then: nobody has the device any more
            assertThat(management.awaitEnd(restarted, PATIENCE)).as(management.exitStatus(restarted))
                    .isEqualTo("COMPLETED");
            assertThat(server.log()).content().doesNotContain("MEDTUNE000624: Execution " + restarted);
        }
    }

    private void awaitPosition(long executionId, int position) {
        await("execution " + executionId + " to be at position " + position).atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> job(executionId).path("queue").path("position").asInt() == position);
    }

    private long start(Map<String, String> parameters) {
        RestClient.Answer answer = server.rest().postJson("api/jobs", json(parameters));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.json().path("executionId").asLong();
    }

    private void stop(long executionId) {
        assertThat(server.rest().postJson("api/jobs/" + executionId + "/stop", "{}").status()).isEqualTo(202);
    }

    private JsonNode job(long executionId) {
        return server.rest().get("api/jobs/" + executionId).json();
    }

    private String phase(long executionId) {
        return job(executionId).path("progress").path("phase").asText();
    }

    private static Map<String, String> with(String... namesAndValues) {
        Map<String, String> parameters = new TreeMap<>(SMALL);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            parameters.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return parameters;
    }

    private static String json(Map<String, String> parameters) {
        return new ObjectMapper().valueToTree(new TreeMap<>(parameters)).toString();
    }
}
