package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a server that was killed does when it boots again; {@link DisturbedRunIT} has the restart by an operator. */
class RecoveryIT {

    private static final int PORT_OFFSET = Integer.getInteger("medtune.it.port.offset", 210) + 20;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Map<String, String> SMALL = Map.of(
            "dataset.rows", "40", "per.device.train.batch.size", "1", "gradient.accumulation.steps", "1",
            "max.steps", "25", "warmup.steps", "2", "save.steps", "3", "evaluation.max.new.tokens", "4");

    @Test
    void restartsByItselfWhatWasInterruptedIfItIsToldTo() throws IOException, SQLException {
        Map<String, String> byItself = Map.of("MEDTUNE_RECOVERY_AUTO_RESTART", "true",
                "MEDTUNE_RECOVERY_LEASE_SECONDS", "6");
        try (WildFlyServer server = new WildFlyServer("recovery", PORT_OFFSET, byItself).start()) {
            // given
            long killed = start(server);
            awaitCheckpoint(server, killed);

            // when
            server.kill();
            leaveExecutionOfAnotherVersionsJob(server);
            server.start();

            // then
            JsonNode stopped = server.rest().get("api/jobs/" + killed).json();
            assertThat(stopped.path("status").asText()).isEqualTo("STOPPED");
            assertThat(stopped.path("exitStatus").asText())
                    .matches("interrupted: server ended at step \\d+, checkpoint \\d+ is intact");
            long restarted = await("the run to go on").atMost(PATIENCE).pollInterval(Duration.ofMillis(250))
                    .until(() -> newest(server).path("executionId").asLong(), newest -> newest > killed);
            JsonNode end = server.rest().awaitEnd(restarted, PATIENCE);
            assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("COMPLETED");
            assertThat(Files.readString(server.log())).contains("MEDTUNE000601: Execution " + killed,
                    "MEDTUNE000605: Execution " + killed);
            await("what has no lease to be recovered").atMost(PATIENCE).until(() -> Files.readString(server.log())
                    .contains("of the job of-another-version is not running any more"));
        }
    }

    private static long start(WildFlyServer server) {
        try (ManagementClient management = server.management()) {
            return management.startJob(SMALL);
        }
    }

    /** Such as an older version leaves in the moment before it has a lease; it must not keep this one from booting. */
    private static void leaveExecutionOfAnotherVersionsJob(WildFlyServer server) throws SQLException {
        String url = "jdbc:h2:file:" + server.home().resolve("server-data/batch");
        try (Connection database = DriverManager.getConnection(url, "sa", "sa");
                Statement statement = database.createStatement()) {
            statement.execute("INSERT INTO JOB_INSTANCE(VERSION, JOBNAME, APPLICATIONNAME) "
                    + "VALUES (1, 'of-another-version', 'medtune.war')");
            statement.execute("INSERT INTO JOB_EXECUTION(JOBINSTANCEID, VERSION, CREATETIME, BATCHSTATUS) "
                    + "SELECT MAX(JOBINSTANCEID), 1, CURRENT_TIMESTAMP, 'STARTED' FROM JOB_INSTANCE");
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
