package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.medtune.it.RestClient.Answer;
import org.medtune.model.ModelFolder;

/** The job on the real server. */
@ExtendWith(SharedServer.class)
@DisplayName("The job merge-adapter")
class MergeAdapterIT {

    private static final String JOB = "merge-adapter";
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static String adapter;

    /** By a run of two steps, in 4 bits. */
    @BeforeAll
    static void publish(WildFlyServer server) {
        try (ManagementClient management = server.management()) {
            long run = management.startJob(Map.of("dataset.rows", "40", "per.device.train.batch.size", "1",
                    "gradient.accumulation.steps", "1", "max.steps", "2", "warmup.steps", "1",
                    "evaluation.max.new.tokens", "2", "load.in.4bit", "true"));
            assertThat(management.awaitEnd(run, PATIENCE)).as(management.exitStatus(run)).isEqualTo("COMPLETED");
            adapter = server.rest().get("api/jobs/" + run + "/report").json().path("adapter").path("name").asText();
        }
    }

    @Test
    @DisplayName("merges an adapter that a run has published into the model that the run trained on")
    void mergesAPublishedAdapter(WildFlyServer server) {
        try (ManagementClient management = server.management()) {
            // when
            long merge = management.startJob(JOB, Map.of("adapter", adapter));

            // then
            Path target = server.home().resolve("exports").resolve(adapter + "-safetensors");
            assertThat(management.awaitEnd(JOB, merge, PATIENCE)).startsWith("COMPLETED");
            assertThat(ModelFolder.open(target).configuration().layers()).isEqualTo(6);
            assertThat(target.resolve("tokenizer.json")).exists();
            assertThat(server.rest().get("api/exports/" + merge).json().path("folder").asText())
                    .isEqualTo(target.toString());
        }
    }

    @Test
    @DisplayName("is started over REST in any format, is listed there, and stands in the audit log")
    void overRest(WildFlyServer server) {
        // when
        Answer started = server.rest().postJson("api/exports", "{\"adapter\": \"" + adapter
                + "\", \"output.format\": \"gguf-q8_0\", \"output.name\": \"for-llama.cpp\"}");

        // then
        assertThat(started.status()).as(started.text()).isEqualTo(201);
        long execution = started.json().path("executionId").asLong();
        assertThat(started.location()).endsWith("/medtune/api/exports/" + execution);
        JsonNode end = awaitEnd(server, execution);
        Path target = server.home().resolve("exports/for-llama.cpp");
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("COMPLETED");
        assertThat(end.path("folder").asText()).isEqualTo(target.toString());
        assertThat(target.resolve("for-llama.cpp.gguf")).isNotEmptyFile();
        assertThat(server.rest().get("api/exports?limit=1").json().path("exports")).containsExactly(end);
        // one line for its start, and none for looking at it
        assertThat(server.rest().get("api/audit?action=export").json().path("entries").findValuesAsText("target"))
                .noneMatch(audited -> audited.contains("/api/exports"));
        JsonNode start = server.rest().get("api/audit?action=start").json().path("entries").path(0);
        assertThat(start.path("target").asText()).isEqualTo("execution " + execution);
        assertThat(start.path("details").path("adapter").asText()).isEqualTo(adapter);
        assertThat(start.path("details").path("job").asText()).isEqualTo(JOB);

        // then: it is complete, and nothing is written over
        assertProblem(server.rest().postJson("api/exports/" + execution + "/stop", "{}"), 409, "MEDTUNE000702");
        assertProblem(server.rest().postJson("api/exports/" + execution + "/restart", "{}"), 409, "MEDTUNE000705");
        Answer again = server.rest().postJson("api/exports",
                "{\"adapter\": \"" + adapter + "\", \"output.name\": \"for-llama.cpp\"}");
        assertProblem(again, 400, "MEDTUNE000001");
        assertThat(again.text()).contains("MEDTUNE000521", "for-llama.cpp is there already");
    }

    @Test
    @DisplayName("is refused over REST where something has to change, before anything begins")
    void refusals(WildFlyServer server) {
        int before = server.rest().get("api/exports").json().path("total").asInt();

        Answer answer = server.rest().postJson("api/exports", "{\"adapter\": \"nobody\", \"output.format\": \"gguf\", "
                + "\"output.name\": \"../up\", \"adaptr\": \"x\"}");

        assertProblem(answer, 400, "MEDTUNE000001");
        assertThat(answer.json().path("detail").asText()).contains("adapter is nobody", "output.format is 'gguf'",
                "output.name is '../up'", "did you mean adapter?");
        assertProblem(server.rest().postJson("api/exports", "{}"), 400, "MEDTUNE000001");
        assertThat(server.rest().get("api/exports").json().path("total").asInt()).isEqualTo(before);
        assertProblem(server.rest().get("api/exports/987654"), 404, "MEDTUNE000789");
        assertProblem(server.rest().get("api/exports/x"), 404, "MEDTUNE000808");
    }

    @Test
    @DisplayName("fails with a sentence where something has to change, and is restarted over REST once it has")
    void saysWhatToChange(WildFlyServer server) throws IOException {
        // given
        long failed;
        try (ManagementClient management = server.management()) {
            failed = management.startJob(JOB, Map.of("adapter", "comes-later"));
            assertThat(management.awaitEnd(JOB, failed, PATIENCE))
                    .startsWith("FAILED MEDTUNE000001").contains("adapter is comes-later");
        }

        // when
        Answer refused = server.rest().postJson("api/exports/" + failed + "/restart", "{}");
        Path mended = Files.createDirectory(server.home().resolve("adapters/comes-later"));
        try (Stream<Path> files = Files.list(server.home().resolve("adapters").resolve(adapter))) {
            for (Path file : files.toList()) {
                Files.copy(file, mended.resolve(file.getFileName()));
            }
        }
        Answer restarted = server.rest().postJson("api/exports/" + failed + "/restart", "{}");

        // then
        assertProblem(refused, 400, "MEDTUNE000001");
        assertThat(restarted.status()).as(restarted.text()).isEqualTo(202);
        JsonNode end = awaitEnd(server, restarted.json().path("executionId").asLong());
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("COMPLETED");
        assertThat(Path.of(end.path("folder").asText()).resolve("model.safetensors")).isNotEmptyFile();
    }

    @Test
    @DisplayName("that is stopped leaves no folder, or is complete already")
    void stop(WildFlyServer server) throws IOException {
        // when
        long execution = server.rest().postJson("api/exports", "{\"adapter\": \"" + adapter
                + "\", \"output.format\": \"safetensors-fp32\"}").json().path("executionId").asLong();
        server.rest().postJson("api/exports/" + execution + "/stop", "{}");
        JsonNode end = awaitEnd(server, execution);

        // then
        assertThat(end.path("status").asText()).as(end.toString()).isIn("STOPPED", "COMPLETED");
        boolean complete = end.path("status").asText().equals("COMPLETED");
        Path target = server.home().resolve("exports").resolve(adapter + "-safetensors-fp32");
        assertThat(Files.exists(target)).isEqualTo(complete).isEqualTo(end.has("folder"));
        try (Stream<Path> exports = Files.list(Files.createDirectories(target.getParent()))) {
            assertThat(exports).noneMatch(path -> path.getFileName().toString().startsWith("."));
        }
        if (!complete) {
            Answer restarted = server.rest().postJson("api/exports/" + execution + "/restart", "{}");
            assertThat(restarted.status()).as(restarted.text()).isEqualTo(202);
            awaitEnd(server, restarted.json().path("executionId").asLong());
            assertThat(target).isDirectory();
        }
    }

    private static JsonNode awaitEnd(WildFlyServer server, long executionId) {
        server.rest().awaitEnd(executionId, PATIENCE);
        return server.rest().get("api/exports/" + executionId).json();
    }

    private static void assertProblem(Answer answer, int status, String id) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.contentType()).isEqualTo("application/problem+json");
        assertThat(answer.json().path("id").asText()).isEqualTo(id);
    }
}
