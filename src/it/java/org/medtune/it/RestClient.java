package org.medtune.it;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;

/** A client of {@code /medtune}, the administrator's unless another user is given. */
public final class RestClient {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Set<String> ENDED = Set.of("COMPLETED", "FAILED", "STOPPED", "ABANDONED");

    private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final URI base;
    private final Supplier<Login> login;

    /** The administrator's. */
    RestClient(int port) {
        base = base(port);
        login = () -> Login.administrator(base);
    }

    /** A user's; nobody's if there is no login. */
    RestClient(int port, Login login) {
        this.base = base(port);
        this.login = () -> login;
    }

    private static URI base(int port) {
        return URI.create("http://127.0.0.1:" + port + "/medtune/");
    }

    /** An answer as it came. */
    public record Answer(int status, String contentType, String location, String text) {

        /** The body as JSON. */
        public JsonNode json() {
            try {
                return MAPPER.readTree(text);
            } catch (IOException e) {
                throw new UncheckedIOException("not JSON: " + text, e);
            }
        }
    }

    /** The whole address of a path. */
    public String address(String path) {
        return base.resolve(path).toString();
    }

    public Answer get(String path) {
        return send(HttpRequest.newBuilder(base.resolve(path)).GET());
    }

    public Answer postJson(String path, String body) {
        return send(HttpRequest.newBuilder(base.resolve(path)).header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    /** Sends a file as it is. */
    public Answer postFile(String path, Path file) {
        try {
            return send(HttpRequest.newBuilder(base.resolve(path)).header("Content-Type", "application/octet-stream")
                    .POST(BodyPublishers.ofFile(file)));
        } catch (FileNotFoundException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Any other request. */
    public Answer send(String method, String path, String contentType, String body) {
        return send(HttpRequest.newBuilder(base.resolve(path)).header("Content-Type", contentType)
                .method(method, BodyPublishers.ofString(body)));
    }

    /** Waits for the execution's end; the result is the execution then. */
    public JsonNode awaitEnd(long executionId, Duration atMost) {
        return await("execution " + executionId + " to end").atMost(atMost).pollInterval(Duration.ofMillis(200))
                .until(() -> get("api/jobs/" + executionId).json(),
                        execution -> ENDED.contains(execution.path("status").asText()));
    }

    /** Whether the application is up. */
    boolean answers() {
        try {
            return client.send(authorized(HttpRequest.newBuilder(base.resolve("api/jobs"))).timeout(TIMEOUT).build(),
                    BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private HttpRequest.Builder authorized(HttpRequest.Builder request) {
        Login known = login.get();
        return known == null || known.name().isEmpty() ? request : request.header("Authorization", known.basic());
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> answer = client.send(authorized(request).timeout(TIMEOUT).build(),
                    BodyHandlers.ofString());
            return new Answer(answer.statusCode(), answer.headers().firstValue("Content-Type").orElse(""),
                    answer.headers().firstValue("Location").orElse(null), answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
