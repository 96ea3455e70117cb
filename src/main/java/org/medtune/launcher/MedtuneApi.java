package org.medtune.launcher;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import org.medtune.RecoverableException;

/** What the launcher asks of the application's REST interface. */
final class MedtuneApi {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final Site site;
    private final URI jobs;

    MedtuneApi(Site site) {
        this.site = site;
        jobs = site.application().resolve("api/jobs");
    }

    URI jobs() {
        return jobs;
    }

    /** Whether there is a server with the application up. */
    boolean answers() throws InterruptedException {
        try {
            HttpResponse<String> answer = send(HttpRequest.newBuilder(site.application().resolve("health/live")));
            return answer.statusCode() == 200 && MAPPER.readTree(answer.body()).path("status").asText().equals("UP");
        } catch (IOException e) {
            return false;
        }
    }

    /** Starts a run; the result is its execution. */
    JsonNode start(Map<String, String> parameters) throws IOException, InterruptedException {
        return json(HttpRequest.newBuilder(jobs).header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(MAPPER.writeValueAsString(parameters))));
    }

    JsonNode execution(long executionId) throws IOException, InterruptedException {
        return json(HttpRequest.newBuilder(URI.create(jobs + "/" + executionId)));
    }

    JsonNode report(long executionId) throws IOException, InterruptedException {
        return json(HttpRequest.newBuilder(URI.create(jobs + "/" + executionId + "/report")));
    }

    /** The answer, or what the server had against the request as a {@link RecoverableException}. */
    private JsonNode json(HttpRequest.Builder request) throws IOException, InterruptedException {
        request.header("Authorization", SiteLogin.of(site).header());
        HttpResponse<String> answer = send(request);
        JsonNode body = MAPPER.readTree(answer.body());
        if (answer.statusCode() >= 400) {
            throw MESSAGES.serverRefused(body.path("detail").asText());
        }
        return body;
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.timeout(TIMEOUT).build(), BodyHandlers.ofString());
    }
}
