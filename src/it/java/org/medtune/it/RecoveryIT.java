package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a server that was killed finds when it boots again. */
class RecoveryIT {

    private static final int PORT_OFFSET = Integer.getInteger("medtune.it.port.offset", 210) + 20;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Map<String, String> SMALL = Map.of(
            "dataset.rows", "40", "per.device.train.batch.size", "1", "gradient.accumulation.steps", "1",
            "max.steps", "60", "warmup.steps", "2", "save.steps", "3", "evaluation.max.new.tokens", "4");

    @Test
    void whatTheKilledServerWasTrainingIsStoppedAndCanBeRestarted() throws IOException {
        try (WildFlyServer server = new WildFlyServer("recovery", PORT_OFFSET, Map.of()).start()) {
            // given
            long killed = start(server);
            awaitCheckpoint(server, killed);

            // when
            server.kill();
            server.start();

            // then: the console offers Restart, and says why
            try (ManagementClient management = server.management()) {
                assertThat(management.batchStatus(killed)).isEqualTo("STOPPED");
                assertThat(management.exitStatus(killed))
                        .matches("interrupted: server ended at step \\d+, checkpoint \\d+ is intact");
                assertThat(Files.readString(server.log())).contains("MEDTUNE000601: Execution " + killed);
                long restarted = management.restartJob(killed);
                assertThat(management.awaitEnd(restarted, PATIENCE))
                        .as(management.exitStatus(restarted)).isEqualTo("COMPLETED");
                assertThat(server.rest().get("api/jobs/" + restarted + "/metrics").json().path("steps")).hasSize(60);
            }
        }
    }

    @Test
    void aServerThatIsToldToRestartsWhatWasInterruptedByItself() {
        Map<String, String> byItself = Map.of("MEDTUNE_RECOVERY_AUTO_RESTART", "true",
                "MEDTUNE_RECOVERY_LEASE_SECONDS", "6");
        try (WildFlyServer server = new WildFlyServer("recovery-by-itself", PORT_OFFSET, byItself).start()) {
            // given
            long killed = start(server);
            awaitCheckpoint(server, killed);

            // when
            server.kill();
            server.start();

            // then
            long restarted = await("the run to go on").atMost(PATIENCE).pollInterval(Duration.ofMillis(250))
                    .until(() -> newest(server).path("executionId").asLong(), newest -> newest > killed);
            JsonNode end = server.rest().awaitEnd(restarted, PATIENCE);
            assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("COMPLETED");
        }
    }

    private static long start(WildFlyServer server) {
        try (ManagementClient management = server.management()) {
            return management.startJob(SMALL);
        }
    }

    private static void awaitCheckpoint(WildFlyServer server, long executionId) {
        long run = server.rest().get("api/jobs/" + executionId).json().path("instanceId").asLong();
        Path checkpoint = server.home().resolve("runs/fine-tune-" + run + "/checkpoints/checkpoint-6");
        await("a checkpoint").atMost(PATIENCE).pollInterval(Duration.ofMillis(20))
                .until(() -> Files.isDirectory(checkpoint));
    }

    private static JsonNode newest(WildFlyServer server) {
        return server.rest().get("api/jobs?limit=1").json().path("jobs").path(0);
    }
}
