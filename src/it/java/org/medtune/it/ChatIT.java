package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The chat's REST interface on the real server. */
@ExtendWith(SharedServer.class)
class ChatIT {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private URI api;
    private User user;

    /** A new clinician. */
    private static final class User {

        private final URI api;
        private final HttpClient client = HttpClient.newHttpClient();
        private final String authorization;

        User(URI api) {
            this.api = api;
            this.authorization = "Bearer " + Login.make(api, "clinician").token(api);
        }

        HttpResponse<String> send(String method, String path, String body) {
            return send(method, path, body, "application/json");
        }

        HttpResponse<String> send(String method, String path, String body, String type) {
            return exchange(HttpRequest.newBuilder(api.resolve(path)).header("Content-Type", type)
                    .method(method, BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
        }

        JsonNode get(String path) {
            return json(send("GET", path, ""));
        }

        /** Asks the base model in a new conversation. */
        JsonNode ask(String question) {
            HttpResponse<String> answer = send("POST", "conversations",
                    MAPPER.createObjectNode().put("question", question)
                            .set("models", MAPPER.createArrayNode().add("base")).toString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
            return json(answer);
        }

        <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
            try {
                return client.send(HttpRequest.newBuilder(request, (name, value) -> true)
                        .setHeader("Authorization", authorization).build(), handler);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    @BeforeEach
    void open(WildFlyServer server) {
        api = URI.create(server.address()).resolve("api/chat/");
        user = new User(api);
    }

    @Test
    void givesABrowsersConversationsToWhoLogsIn() {
        // given: a cookie that such a browser had, and nothing that was begun with it
        HttpRequest request = HttpRequest.newBuilder(api.resolve("session"))
                .header("Content-Type", "application/json").header("Cookie", "medtune-user=" + "a".repeat(43))
                .POST(BodyPublishers.ofString("{}")).build();

        // when
        HttpResponse<String> answer = user.exchange(request, BodyHandlers.ofString());

        // then: the cookie has served
        assertThat(answer.headers().firstValue("Set-Cookie").orElseThrow())
                .startsWith("medtune-user=\"\";").contains("Expires=Thu, 01-Jan-1970");
        assertThat(json(answer).path("models").get(0).path("id").asText()).isEqualTo("base");
        assertThat(user.get("conversations").path("conversations")).isEmpty();
    }

    @Test
    void tellsTheNewsOfAnAnswerFromAnyPlaceOn() {
        // given
        JsonNode answer = user.ask("高血压病人应该注意什么？").path("messages").get(1);
        String events = "answers/" + answer.path("answer").asText() + "/events";

        // when: all of it, and then the rest of it behind some characters
        List<JsonNode> all = data(user.send("GET", events, ""));
        List<JsonNode> rest = data(user.send("GET", events + "?reasoning=5&content=0", ""));

        // then
        String reasoning = joined(all, "reasoning");
        assertThat(reasoning).hasSizeGreaterThan(5);
        assertThat(all).hasSizeGreaterThan(1);
        assertThat(joined(rest, "reasoning")).isEqualTo(reasoning.substring(5));
        JsonNode stored = message(answer);
        assertThat(stored.path("reasoning").asText()).isEqualTo(reasoning);
        assertThat(stored.path("content").asText()).isEqualTo(joined(all, "content"));
        assertThat(stored.path("html").asText()).isEqualTo(all.get(all.size() - 1).path("html").asText());
    }

    @Test
    void isHeldUpByNobodyWhoReadsSlowly() throws IOException {
        // given: more readers than the server has threads for requests, none of which takes anything
        JsonNode answer = user.ask("请详细说明糖尿病的全部并发症。").path("messages").get(1);
        String request = "GET " + api.getPath() + "answers/" + answer.path("answer").asText() + "/events HTTP/1.1\r\n"
                + "Host: localhost\r\nAuthorization: " + user.authorization + "\r\n\r\n";
        Socket[] readers = new Socket[100];
        for (int i = 0; i < readers.length; i++) {
            readers[i] = new Socket();
            readers[i].setReceiveBufferSize(1024);
            readers[i].connect(new InetSocketAddress(api.getHost(), api.getPort()));
            readers[i].getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        }
        try {
            // when
            JsonNode other = user.ask("高血压病人应该注意什么？").path("messages").get(1);
            List<JsonNode> events =
                    data(user.send("GET", "answers/" + other.path("answer").asText() + "/events", ""));

            // then
            assertThat(events.get(events.size() - 1).path("phase").asText()).isIn("stopped_itself", "length");
            await("the end of the answer that is read slowly").atMost(PATIENCE)
                    .until(() -> !message(answer).path("state").asText().equals("writing"));
        } finally {
            for (Socket reader : readers) {
                reader.close();
            }
        }
    }

    @Test
    void showsAnAnswerToItsUserOnly() throws IOException {
        // given
        JsonNode conversation = user.ask("高血压病人应该注意什么？");
        JsonNode answer = conversation.path("messages").get(1);
        User other = new User(api);

        // when / then
        assertThat(other.get("conversations").path("conversations")).isEmpty();
        assertProblem(other.send("GET", "conversations/" + conversation.path("id").asText(), ""), 404, "MEDTUNE000450");
        assertProblem(other.send("POST", "messages/" + answer.path("id").asText() + "/stop", "{}"), 404,
                "MEDTUNE000451");
        assertProblem(other.send("GET", "answers/" + answer.path("answer").asText() + "/events", ""), 404,
                "MEDTUNE000463");
        try (InputStream own = user.exchange(HttpRequest.newBuilder(
                api.resolve("answers/" + answer.path("answer").asText() + "/events")).build(),
                BodyHandlers.ofInputStream()).body()) {
            assertThat(own.read()).isEqualTo('e');
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "GET    | conversations/none                    |                                     | 404 | MEDTUNE000450",
        "GET    | conversations?limit=1000              |                                     | 400 | MEDTUNE000809",
        "GET    | conversations/none/export?format=docx |                                     | 404 | MEDTUNE000450",
        "GET    | answers/none/events                   |                                     | 404 | MEDTUNE000463",
        "GET    | answers/                              |                                     | 404 | MEDTUNE000463",
        "POST   | conversations                         | {}                                  | 400 | MEDTUNE000464",
        "POST   | conversations                         | {\"question\":\"q\"}                | 400 | MEDTUNE000464",
        "POST   | conversations                     | {\"question\":\"\",\"models\":[\"base\"]} | 400 | MEDTUNE000453",
        "POST   | conversations                         | {\"question\":\"q\",\"models\":[]}  | 400 | MEDTUNE000456",
        "POST   | conversations                         | {                                   | 400 | MEDTUNE000800",
        "POST   | messages/x/stop                       | {}                                  | 404 | MEDTUNE000451",
        "PUT    | messages/987654/feedback              | {\"rating\":\"up\"}                 | 404 | MEDTUNE000451",
        "PUT    | messages/987654/feedback              | {\"rating\":\"great\"}              | 400 | MEDTUNE000462",
        "PUT    | messages/987654/feedback              | {}                                  | 400 | MEDTUNE000464",
        "DELETE | conversations/none                    | {}                                  | 404 | MEDTUNE000450",
    })
    void answersWithAProblem(String method, String path, String body, int status, String id) {
        assertProblem(user.send(method, path, body == null ? "" : body), status, id);
    }

    @Test
    void asksAModelThatThereIs() {
        HttpResponse<String> answer = user.send("POST", "conversations", "{\"question\":\"q\",\"models\":[\"none\"]}");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(404);
        assertThat(user.get("conversations").path("conversations")).isEmpty();
    }

    @Test
    void letsOnlyJsonChangeAnything() {
        assertProblem(user.send("POST", "conversations", "{}", "text/plain"), 415, "MEDTUNE000803");
        assertProblem(user.send("DELETE", "conversations/none", "", "text/plain"), 415, "MEDTUNE000803");
    }

    /** The message as it is stored now. */
    private JsonNode message(JsonNode message) {
        return Stream.of(user.get("conversations").path("conversations"))
                .flatMap(all -> Stream.iterate(0, i -> i < all.size(), i -> i + 1).map(all::get))
                .flatMap(one -> {
                    JsonNode messages = user.get("conversations/" + one.path("id").asText()).path("messages");
                    return Stream.iterate(0, i -> i < messages.size(), i -> i + 1).map(messages::get);
                })
                .filter(one -> one.path("id").equals(message.path("id"))).findFirst().orElseThrow();
    }

    private static List<JsonNode> data(HttpResponse<String> events) {
        assertThat(events.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        return events.body().lines().filter(line -> line.startsWith("data: "))
                .map(line -> read(line.substring("data: ".length()))).toList();
    }

    private static String joined(List<JsonNode> events, String field) {
        return String.join("", events.stream().map(event -> event.path(field).asText()).toList());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
        return read(answer.body());
    }

    private static JsonNode read(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String id) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
        assertThat(read(answer.body()).path("id").asText()).isEqualTo(id);
        assertThat(answer.body()).doesNotContain("Exception").doesNotContain("\tat ");
    }
}
