package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.swagger.v3.core.util.Yaml;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.medtune.it.RestClient.Answer;
import org.openapi4j.operation.validator.model.impl.Body;
import org.openapi4j.operation.validator.model.impl.DefaultResponse;
import org.openapi4j.operation.validator.validation.OperationValidator;
import org.openapi4j.parser.OpenApi3Parser;
import org.openapi4j.parser.model.v3.OpenApi3;
import org.openapi4j.schema.validator.ValidationData;

/** The OpenAPI document that the server gives out, against what it answers; and the examples of docs/rest.md. */
@ExtendWith(SharedServer.class)
class OpenApiIT {

    /** Not a number of an execution, and no name of anything. */
    private static final String NOTHING = "987654321";
    private static final Set<String> CHANGING = Set.of("post", "put", "delete");

    @Test
    @DisplayName("is there as JSON and as YAML")
    void document(WildFlyServer server) throws IOException {
        Answer json = server.rest().get("api/openapi.json");
        Answer yaml = server.rest().get("api/openapi.yaml");

        assertThat(json.status()).isEqualTo(200);
        assertThat(json.contentType()).isEqualTo("application/json");
        assertThat(yaml.contentType()).isEqualTo("application/yaml");
        assertThat(Yaml.mapper().readTree(yaml.text())).isEqualTo(json.json());
    }

    @Test
    @DisplayName("says of every address how it answers what is wrong, and every error is a problem with a message's id")
    void errors(WildFlyServer server) throws Exception {
        OpenApi3 document = parsed(server);
        int refused = 0;
        for (Map.Entry<String, org.openapi4j.parser.model.v3.Path> path : document.getPaths().entrySet()) {
            String address = path.getKey().substring(1).replaceAll("\\{[^}]+}", NOTHING);
            for (String method : path.getValue().getOperations().keySet()) {
                // when: of nothing, and with half a body
                Answer answer = CHANGING.contains(method)
                        ? server.rest().send(method.toUpperCase(), address, "application/json", "{")
                        : server.rest().get(address);

                // then
                String what = method.toUpperCase() + " " + path.getKey() + ": " + answer;
                assertThat(answer.status()).as(what).isLessThan(500);
                if (answer.status() >= 400) {
                    refused++;
                    assertProblem(path.getKey(), answer, what);
                }
                assertDescribed(document, path.getValue(), method, answer, what);
                // when: with a content type that a form of another site could send
                if (CHANGING.contains(method)) {
                    Answer form = server.rest().send(method.toUpperCase(), address, "text/plain", "{}");
                    assertThat(form.status()).as(what).isEqualTo(415);
                    assertProblem(path.getKey(), form, what);
                }
            }
        }
        assertThat(refused).isGreaterThan(20);
    }

    private static void assertProblem(String path, Answer answer, String what) {
        if (path.startsWith("/v1/")) {
            assertThat(answer.contentType()).as(what).startsWith("application/json");
            assertThat(answer.json().at("/error/message").asText()).as(what).matches("(?s)MEDTUNE\\d{6}: .+");
        } else {
            assertThat(answer.contentType()).as(what).isEqualTo("application/problem+json");
            assertThat(answer.json().path("status").asInt()).as(what).isEqualTo(answer.status());
            assertThat(answer.json().path("id").asText()).as(what).matches("MEDTUNE\\d{6}");
            assertThat(answer.json().path("detail").asText()).as(what)
                    .startsWith(answer.json().path("id").asText() + ": ");
        }
    }

    @Test
    @DisplayName("has its examples in docs/rest.md, which work as they stand there")
    @Timeout(value = 4, unit = TimeUnit.MINUTES)
    void examples(WildFlyServer server, @TempDir Path folder) throws Exception {
        // given: the blocks of the handbook as one script for this server
        List<String> blocks = new ArrayList<>();
        Matcher block = Pattern.compile("(?ms)^```sh\n(.*?)^```$").matcher(Files.readString(Path.of("docs/rest.md")));
        while (block.find()) {
            blocks.add(block.group(1));
        }
        assertThat(blocks).hasSizeGreaterThan(6);
        String script = "set -e -o pipefail\n" + String.join("\necho; echo\n", blocks);
        String token = Login.administrator(URI.create(server.address())).token(URI.create(server.address()));
        Path file = Files.writeString(folder.resolve("examples.sh"), script
                .replaceFirst("(?m)^API=.*$", Matcher.quoteReplacement("API=" + server.rest().address("api")))
                .replaceFirst("(?m)^TOKEN=.*$", Matcher.quoteReplacement("TOKEN='" + token + "'")));

        // when
        Process process = new ProcessBuilder("bash", file.toString()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        // then
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("MEDTUNE000711: Step 4 of 4", "\"heldOutNll\"", "\"after-two-steps\"",
                "\"curves\"", "/exports/after-two-steps-gguf-q8_0\"",
                "\"dryRun\":true", "MEDTUNE000001", "did you mean lora.r?");
    }

    @Test
    @DisplayName("describes what comes in lists and of single things")
    void answers(WildFlyServer server) throws Exception {
        // given: something in each list
        long executionId = server.rest().postJson("api/purges", "{}").json().path("executionId").asLong();
        server.rest().awaitEnd(executionId, Duration.ofMinutes(1));
        OpenApi3 document = parsed(server);

        // then
        Map<String, String> addresses = Map.of("/api/jobs", "api/jobs", "/api/purges", "api/purges",
                "/api/purges/{executionId}", "api/purges/" + executionId,
                "/api/jobs/{executionId}", "api/jobs/" + executionId,
                "/api/jobs/{executionId}/log", "api/jobs/" + executionId + "/log",
                "/api/models", "api/models", "/api/models/{name}", "api/models/tiny-med-qwen2",
                "/api/datasets", "api/datasets", "/api/adapters", "api/adapters", "/v1/models", "v1/models");
        for (Map.Entry<String, String> address : addresses.entrySet()) {
            Answer answer = server.rest().get(address.getValue());
            assertThat(answer.status()).as(address + ": " + answer.text()).isEqualTo(200);
            assertDescribed(document, document.getPath(address.getKey()), "get", answer, address.toString());
        }
    }

    private static OpenApi3 parsed(WildFlyServer server) throws Exception {
        Path file = Files.createTempFile("openapi", ".json");
        try {
            Files.writeString(file, server.rest().get("api/openapi.json").text());
            return new OpenApi3Parser().parse(file.toUri().toURL(), true);
        } finally {
            Files.delete(file);
        }
    }

    /** The answer is one of those that the document has for its status, with the fields and types that it says. */
    private static void assertDescribed(OpenApi3 document, org.openapi4j.parser.model.v3.Path path, String method,
            Answer answer, String what) {
        if (answer.contentType() == null || !answer.contentType().matches("application/(problem\\+)?json.*")) {
            return;
        }
        JsonNode body = answer.json();
        ValidationData<Void> found = new ValidationData<>();
        new OperationValidator(document, path, path.getOperation(method)).validateResponse(
                new DefaultResponse.Builder(answer.status()).header("Content-Type", answer.contentType())
                        .body(Body.from(body)).build(), found);
        assertThat(found.isValid()).as(what + " " + found.results()).isTrue();
    }
}
