package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job repository in PostgreSQL: shared by two servers, and lost for a while. */
class PostgresIT {

    private static final int PORT_OFFSET = Integer.getInteger("medtune.it.port.offset", 210) + 30;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Map<String, String> SMALL = Map.of(
            "dataset.rows", "40", "per.device.train.batch.size", "1", "gradient.accumulation.steps", "1",
            "max.steps", "50", "warmup.steps", "2", "save.steps", "3", "evaluation.max.new.tokens", "4");

    @TempDir
    private Path data;

    @Test
    void theSecondServerLeavesTheFirstOnesRunAloneAndGoesOnWithItWhenThatIsDead() {
        try (Postgres postgres = new Postgres(data);
                WildFlyServer one = Postgres.configure(server("postgres-one", PORT_OFFSET, postgres)).start();
                WildFlyServer two = Postgres.configure(new WildFlyServer("two", PORT_OFFSET + 10, one));
                ManagementClient management = two.management()) {
            // given: the second boots while the first trains
            long killed = start(one);
            awaitCheckpoint(one, killed, 3);
            two.start();
            assertThat(management.batchStatus(killed)).isEqualTo("STARTED");
            awaitCheckpoint(one, killed, 15);
            assertThat(management.batchStatus(killed)).isEqualTo("STARTED");

            // when
            one.kill();

            // then
            await("the second server to notice").atMost(PATIENCE)
                    .until(() -> management.batchStatus(killed).equals("STOPPED"));
            assertThat(management.exitStatus(killed))
                    .matches("interrupted: server ended at step \\d+, checkpoint \\d+ is intact");
            long restarted = management.restartJob(killed);
            assertThat(management.awaitEnd(restarted, PATIENCE))
                    .as(management.exitStatus(restarted)).isEqualTo("COMPLETED");
            assertThat(two.rest().get("api/jobs/" + restarted + "/metrics").json().path("steps")).hasSize(50);
        }
    }

    @Test
    void aRunThatLosesItsRepositoryIsStoppedWhenThatIsBack() {
        try (Postgres postgres = new Postgres(data);
                WildFlyServer server = Postgres.configure(server("postgres-lost", PORT_OFFSET, postgres)).start();
                ManagementClient management = server.management()) {
            // given
            long lost = start(server);
            awaitCheckpoint(server, lost, 6);

            // when: it is away for longer than until the next checkpoint
            postgres.stop();
            await("the loss to be noticed, and the run to end").atMost(PATIENCE).untilAsserted(() ->
                    assertThat(server.log()).content().contains("MEDTUNE000604", "JBERET000007: Failed to run job"));
            postgres.start();

            // then
            JsonNode stopped = await("the run to be stopped").atMost(PATIENCE).ignoreExceptions()
                    .until(() -> server.rest().get("api/jobs/" + lost).json(),
                            job -> job.path("status").asText().equals("STOPPED"));
            assertThat(stopped.path("exitStatus").asText()).contains("checkpoint").endsWith("is intact");
            long restarted = management.restartJob(lost);
            assertThat(management.awaitEnd(restarted, PATIENCE))
                    .as(management.exitStatus(restarted)).isEqualTo("COMPLETED");
            assertThat(server.rest().get("api/jobs/" + restarted + "/metrics").json().path("steps")).hasSize(50);
        }
    }

    private static WildFlyServer server(String name, int portOffset, Postgres postgres) {
        Map<String, String> environment = new HashMap<>(postgres.environment());
        environment.put("MEDTUNE_RECOVERY_LEASE_SECONDS", "6");
        return new WildFlyServer(name, portOffset, environment);
    }

    private static long start(WildFlyServer server) {
        try (ManagementClient management = server.management()) {
            return management.startJob(SMALL);
        }
    }

    private static void awaitCheckpoint(WildFlyServer server, long executionId, int step) {
        long run = server.rest().get("api/jobs/" + executionId).json().path("instanceId").asLong();
        Path checkpoint = server.home().resolve("runs/fine-tune-" + run + "/checkpoints/checkpoint-" + step);
        await("checkpoint " + step).atMost(PATIENCE).pollInterval(Duration.ofMillis(20))
                .until(() -> Files.isDirectory(checkpoint));
    }
}
