package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.it.RestClient.Answer;

/** The real client that OpenAI makes for node, and clients that go away or read slowly, at {@code /medtune/v1}. */
@ExtendWith(SharedServer.class)
class OpenAiIT {

    private static final Path FOLDER = Path.of(System.getProperty("medtune.it.folder")).resolve("openai-client");
    private static final String ENDLESS = """
            {"model": "base", "messages": [{"role": "user", "content": "头痛"}], "max_tokens": 1900, "seed": 1,
             "temperature": 2, "repetition_penalty": 1.3, "stream": %s, "user": "%s"}""";

    /** What the client saw; null where it cannot be installed. */
    private static JsonNode seen;

    @BeforeAll
    static void runTheClient(WildFlyServer server) throws Exception {
        Files.createDirectories(FOLDER);
        if (!installed("node") || !installed("npm")) {
            return;
        }
        run(Duration.ofMinutes(3), "npm", "install", "--no-audit", "--no-fund", "--prefix", FOLDER.toString(),
                "openai@" + System.getProperty("medtune.it.openai.version"));
        seen = new ObjectMapper().readTree(run(Duration.ofMinutes(5), "node",
                Path.of("src/it/node/openai-client.mjs").toString(), FOLDER.toAbsolutePath().toString(),
                server.rest().address("v1"), Login.make(URI.create(server.address()), "clinician")
                        .token(URI.create(server.address()))));
    }

    @Test
    void listsModels() {
        assertThat(seen().path("models").get(0).asText()).isEqualTo("base");
        assertThat(seen().path("model").asText()).isEqualTo("base");
    }

    @Test
    void answersInOnePiece() {
        JsonNode whole = seen().path("whole");

        assertThat(whole.path("object").asText()).isEqualTo("chat.completion");
        assertThat(whole.path("model").asText()).isEqualTo("base");
        assertThat(whole.path("role").asText()).isEqualTo("assistant");
        assertThat(whole.path("reasoning").asText()).isNotBlank();
        assertThat(whole.path("finish").asText()).isIn("length", "stop");
        JsonNode usage = whole.path("usage");
        assertThat(usage.path("completion_tokens").asInt()).isBetween(1, 48);
        assertThat(usage.path("total_tokens").asInt())
                .isEqualTo(usage.path("prompt_tokens").asInt() + usage.path("completion_tokens").asInt());
    }

    @Test
    void answersTheSameInPieces() {
        JsonNode streamed = seen().path("streamed");

        assertThat(streamed.path("reasoning")).isEqualTo(seen().path("whole").path("reasoning"));
        assertThat(streamed.path("content")).isEqualTo(seen().path("whole").path("content"));
        assertThat(streamed.path("finish")).hasSize(1).first().isEqualTo(seen().path("whole").path("finish"));
        assertThat(streamed.path("usage")).isEqualTo(seen().path("whole").path("usage"));
        assertThat(streamed.path("role").asText()).isEqualTo("assistant");
        assertThat(streamed.path("objects")).hasSize(1);
        assertThat(streamed.path("objects").get(0).asText()).isEqualTo("chat.completion.chunk");
        assertThat(streamed.path("pieces").asInt()).isGreaterThan(5);
        assertThat(seen().path("withoutUsage").isNull()).isTrue();
    }

    @Test
    void drawsTheSameAnswerForTheSameSeed() {
        JsonNode seeded = seen().path("seeded");

        assertThat(seeded.get(0)).isEqualTo(seeded.get(1)).isNotEqualTo(seeded.get(2));
    }

    @Test
    void endsAtStopTexts() {
        String stop = seen().path("stop").asText();
        String whole = seen().path("whole").path("reasoning").asText();

        for (String field : List.of("stopped", "stoppedByList")) {
            assertThat(whole).startsWith(seen().path(field).path("reasoning").asText());
            assertThat(seen().path(field).path("reasoning").asText()).doesNotContain(stop)
                    .hasSizeLessThan(whole.length());
            assertThat(seen().path(field).path("finish").asText()).isEqualTo("stop");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "model,       404, NotFoundError,   model,       model_not_found, MEDTUNE000427",
        "temperature, 400, BadRequestError, temperature, ,                MEDTUNE000426",
        "n,           400, BadRequestError, n,           ,                MEDTUNE000426",
        "messages,    400, BadRequestError, messages,    ,                MEDTUNE000417",
        "role,        400, BadRequestError, ,            ,                MEDTUNE000431",
        "stop,        400, BadRequestError, stop,        ,                MEDTUNE000417",
        "tokens,      400, BadRequestError, max_tokens,  ,                MEDTUNE000426",
    })
    void answersErrorsAsOpenAiDoes(String name, int status, String type, String parameter, String code, String id) {
        JsonNode error = seen().path("errors").path(name);

        assertThat(error.path("class").asText()).isEqualTo(type);
        assertThat(error.path("status").asInt()).isEqualTo(status);
        assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
        assertThat(error.path("param").asText(null)).isEqualTo(parameter);
        assertThat(error.path("code").asText(null)).isEqualTo(code);
        assertThat(error.path("message").asText()).startsWith(id + ": ").endsWith(".");
    }

    @Test
    @DisplayName("32 clients at once get what each of them gets alone")
    void servesManyClientsAtOnceWithTheSameAnswers() {
        assertThat(seen().path("together")).hasSize(32).isEqualTo(seen().path("alone"));
    }

    @ParameterizedTest
    @CsvSource({
        "GET,  v1/nothing,          '',          404, MEDTUNE000419",
        "GET,  v1/models/nothing,   '',          404, MEDTUNE000427",
        "POST, v1/chat/completions, '{',         400, MEDTUNE000800",
        "POST, v1/chat/completions, '[]',        400, MEDTUNE000417",
        "POST, v1/chat/completions, '{}',        400, MEDTUNE000418",
        "GET,  v1/chat/completions, '',          405, MEDTUNE000805",
    })
    void answersOtherErrorsInOpenAisForm(
            String method, String path, String body, int status, String id, WildFlyServer server) {
        Answer answer = server.rest().send(method, path, "application/json", body);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.contentType()).startsWith("application/json");
        assertThat(answer.json().path("error").path("message").asText()).startsWith(id + ": ");
        assertThat(answer.text()).doesNotContain("Exception").doesNotContain("org.medtune");
    }

    @ParameterizedTest(name = "streaming: {0}")
    @CsvSource({"true", "false"})
    @DisplayName("Whoever closes his connection does not keep his places, nor do others wait for a slow reader")
    void cancelsTheAnswersOfClosedConnections(boolean stream, WildFlyServer server) throws IOException {
        // given: as many as one user can have open, none of them reading
        String body = ENDLESS.formatted(stream, "leaver-" + stream);
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            sockets.add(post(server, body));
        }
        String another = ENDLESS.formatted("false", "leaver-" + stream).replace("1900", "2");
        await().atMost(Duration.ofMinutes(1)).until(
                () -> server.rest().postJson("v1/chat/completions", another).status() == 429);
        assertThat(server.rest().get("v1/models").status()).isEqualTo(200);

        // when
        for (Socket socket : sockets) {
            socket.close();
        }

        // then
        await().atMost(Duration.ofSeconds(30)).until(
                () -> server.rest().postJson("v1/chat/completions", another).status() == 200);
    }

    private static Socket post(WildFlyServer server, String body) throws IOException {
        URI address = URI.create(server.rest().address("v1/chat/completions"));
        Socket socket = new Socket(address.getHost(), address.getPort());
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        OutputStream out = socket.getOutputStream();
        out.write(("POST " + address.getPath() + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Authorization: " + Login.administrator(address).basic() + "\r\nContent-Length: " + bytes.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(bytes);
        out.flush();
        return socket;
    }

    private static JsonNode seen() {
        assumeThat(seen).as("left out: node and npm are not installed, so OpenAI's client is not either").isNotNull();
        return seen;
    }

    private static boolean installed(String program) {
        try {
            return new ProcessBuilder(program, "--version").redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String run(Duration atMost, String... command) throws IOException, InterruptedException {
        Path output = FOLDER.resolve("output.txt");
        Path errors = FOLDER.resolve("errors.txt");
        Process process = new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile())
                .start();
        boolean ended = process.waitFor(atMost.toSeconds(), TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly();
        }
        assertThat(ended && process.exitValue() == 0).as("%s: %s", command[0], Files.readString(errors)).isTrue();
        return Files.readString(output);
    }
}
