package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.it.RestClient.Answer;

/** The provisioned server is up, and whatever is asked of it wrongly is answered with a sentence. */
@ExtendWith(SharedServer.class)
class ServerIT {

    private static final String BAD_PARAMETERS = """
            {"lora.r": 0, "lora.rr": 8, "warmup.steps": 61, "model.folder": "no-such-model", "learning.rate": "fast"}
            """;

    @Test
    void deploysTheApplication(WildFlyServer server) {
        try (ManagementClient management = server.management()) {
            assertThat(management.deploymentStatus()).isEqualTo("OK");
        }
    }

    @Test
    void keepsItsDataOutsideItself(WildFlyServer server) {
        assertThat(server.home().resolve("server-data/batch.mv.db")).exists();
        assertThat(server.home().resolve("users/mgmt-users.properties")).exists();
        assertThat(server.log()).exists();
    }

    @Test
    void listsExecutions(WildFlyServer server) {
        Answer answer = server.rest().get("api/jobs?offset=0&limit=5");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("limit").asInt()).isEqualTo(5);
        assertThat(answer.json().path("jobs").isArray()).isTrue();
    }

    @Test
    void tellsEveryBadParameterAtOnce(WildFlyServer server) {
        Answer answer = server.rest().postJson("api/jobs", BAD_PARAMETERS);

        assertProblem(answer, 400, "MEDTUNE000001");
        assertThat(answer.json().path("detail").asText()).contains(
                "MEDTUNE000002: There is no parameter lora.rr; did you mean lora.r?",
                "MEDTUNE000003: learning.rate is 'fast'; give a number such as 2e-4.",
                "MEDTUNE000004: lora.r is 0; it must be at least 1.",
                "MEDTUNE000007: warmup.steps is 61, but there are only 60 steps;",
                "MEDTUNE000009: model.folder is no-such-model, but there is no folder");
    }

    @Test
    void failsAJobThatTheConsoleStartsWithBadParameters(WildFlyServer server) throws IOException {
        try (ManagementClient management = server.management()) {
            // given
            Map<String, String> parameters = Map.of("lora.r", "0", "dataset.file", "x".repeat(600));

            // when
            long executionId = management.startJob(parameters);

            // then
            assertThat(management.awaitEnd(executionId, Duration.ofMinutes(1))).isEqualTo("FAILED");
            assertThat(management.exitStatus(executionId))
                    .startsWith("MEDTUNE000001: ").contains("lora.r is 0; it must be at least 1.").endsWith("…")
                    .hasSizeLessThanOrEqualTo(512);
            assertThat(server.rest().get("api/jobs/" + executionId).json().path("status").asText()).isEqualTo("FAILED");
            assertThat(Files.readAllLines(server.log()))
                    .noneMatch(line -> line.startsWith("\tat org.medtune"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    api/jobs/987654,         404, MEDTUNE000701",
        "GET,    api/jobs/987654/report,  404, MEDTUNE000701",
        "GET,    api/jobs/latest,         404, MEDTUNE000808",
        "GET,    api/nothing,             404, MEDTUNE000804",
        "GET,    api/jobs?limit=0,        400, MEDTUNE000809",
        "GET,    api/jobs?offset=x,       400, MEDTUNE000809",
        "DELETE, api/jobs,                405, MEDTUNE000805",
        "POST,   api/jobs/987654/stop,    404, MEDTUNE000701",
        "POST,   api/jobs/987654/restart, 404, MEDTUNE000701",
    })
    void answersWithAProblem(String method, String path, int status, String id, WildFlyServer server) {
        assertProblem(server.rest().send(method, path, "application/json", ""), status, id);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{                      | MEDTUNE000800",
        "''                     | MEDTUNE000801",
        "[]                     | MEDTUNE000801",
        "{\"lora.r\": null}     | MEDTUNE000802",
        "{\"lora.r\": {}}       | MEDTUNE000802",
    })
    void refusesABodyThatIsNoObjectOfParameters(String body, String id, WildFlyServer server) {
        assertProblem(server.rest().postJson("api/jobs", body), 400, id);
    }

    @ParameterizedTest
    @CsvSource({
        "api/jobs,        text/plain",
        "api/jobs,        application/x-www-form-urlencoded",
        "api/jobs/1/stop, text/plain",
    })
    void letsOnlyJsonChangeAnything(String path, String contentType, WildFlyServer server) {
        assertProblem(server.rest().send("POST", path, contentType, "{}"), 415, "MEDTUNE000803");
    }

    private static void assertProblem(Answer answer, int status, String id) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.contentType()).isEqualTo("application/problem+json");
        assertThat(answer.json().path("id").asText()).isEqualTo(id);
        assertThat(answer.json().path("status").asInt()).isEqualTo(status);
        assertThat(answer.json().path("detail").asText()).startsWith(id + ": ").endsWith(".");
        assertThat(answer.text()).doesNotContain("Exception").doesNotContain("\tat ").doesNotContain("org.medtune");
    }
}
