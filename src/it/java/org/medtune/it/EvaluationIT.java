package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.support.ui.Select;

/** A run's evaluation and the job {@code evaluate} on the real server. */
@ExtendWith(SharedServer.class)
@DisplayName("An evaluation on the server")
class EvaluationIT {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final String ADAPTER = "evaluated";
    private static final Set<String> ENDED = Set.of("COMPLETED", "FAILED", "STOPPED", "ABANDONED");

    private static long run;

    @BeforeAll
    static void train(WildFlyServer server) {
        ObjectNode parameters = new ObjectMapper().createObjectNode().put("adapter.name", ADAPTER)
                .put("max.seq.length", 256).put("per.device.train.batch.size", 1)
                .put("gradient.accumulation.steps", 2).put("max.steps", 6).put("warmup.steps", 1)
                .put("learning.rate", 1e-3).put("evaluation.max.new.tokens", 24);
        run = server.rest().postJson("api/jobs", parameters.toString()).json().path("executionId").asLong();
        JsonNode end = server.rest().awaitEnd(run, PATIENCE);
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("COMPLETED");
    }

    @Test
    @DisplayName("of a run is linked from its report, and is the same in the adapter's folder")
    void runs(WildFlyServer server) throws IOException {
        // when
        JsonNode report = server.rest().get("api/jobs/" + run + "/report").json();
        RestClient.Answer json = server.rest().get("api/jobs/" + run + "/evaluation/report.json");

        // then
        assertThat(report.path("links").path("evaluation").asText())
                .isEqualTo("/medtune/api/jobs/" + run + "/evaluation/report.json");
        assertThat(report.path("links").path("evaluationPage.zh").asText()).endsWith("/evaluation/report.zh.html");
        assertThat(json.contentType()).startsWith("application/json");
        assertThat(json.json().path("figures")).isEqualTo(report.path("figures"));
        JsonNode nll = json.json().path("figures").get(0);
        assertThat(nll.path("measure").asText()).isEqualTo("NLL");
        assertThat(nll.path("items").asInt()).isEqualTo(report.path("heldOutNll").path("rows").asInt()).isPositive();
        assertThat(nll.path("base").asDouble()).isEqualTo(report.path("heldOutNll").path("before").asDouble());
        assertThat(nll.path("interval").path("low").asDouble()).isLessThan(nll.path("difference").asDouble());
        assertThat(json.json().path("duplicates").path("heldOutRows").isNumber()).isTrue();
        assertThat(server.home().resolve("adapters").resolve(ADAPTER).resolve("report.json"))
                .hasContent(json.text());
        assertThat(server.rest().get("api/adapters/" + ADAPTER + "/evaluation/report.en.html").text())
                .isEqualTo(server.rest().get("api/jobs/" + run + "/evaluation/report.en.html").text());
        assertThat(server.rest().get("api/chat/evaluations/" + ADAPTER + "/report.json").text()).isEqualTo(json.text());
        for (String address : List.of("api/jobs/" + run + "/evaluation/results.jsonl",
                "api/adapters/" + ADAPTER + "/evaluation/adapter_config.json",
                "api/adapters/..%2Fadapters%2Fevaluated/evaluation/report.json",
                "api/chat/evaluations/" + ADAPTER + "/adapter_config.json",
                "api/chat/evaluations/..%2Fadapters%2Fevaluated/report.json",
                "api/adapters/nobody/evaluation/report.json")) {
            assertThat(server.rest().get(address).status()).as(address).isBetween(400, 404);
        }
    }

    @Test
    @ExtendWith(ChromiumInstalled.class)
    @DisplayName("is a page that a browser shows whole under its policy, at any width, linked from runs and chat")
    void pages(WildFlyServer server) {
        try (Browser browser = Browser.open()) {
            // when: from the page of runs, which is Chinese for this browser
            browser.go(server.address());
            String link = "a[href$='/api/jobs/" + run + "/evaluation/report.zh.html']";
            browser.click(link);

            // then: the policy lets the style work
            browser.awaitText("h1", text -> text.startsWith("评估报告"));
            assertThat(browser.shown("section").getCssValue("border-top-width")).isEqualTo("1px");
            assertThat(browser.shown("svg.rows .dot").getCssValue("fill")).isNotEqualTo("rgb(0, 0, 0)");
            for (String scheme : List.of("light", "dark")) {
                for (int width : new int[] {360, 768, 1440}) {
                    browser.show(width, 1300, scheme);
                    assertThat(browser.overflow()).as("overflow at " + width).isZero();
                    assertThat(contrast(browser)).as(scheme).isGreaterThan(4.5);
                }
            }
            browser.click("nav a[hreflang=en]");
            browser.awaitText("h1", text -> text.startsWith("Evaluation"));
            browser.show(1100, 1300, "light");
            browser.picture("evaluation-report");
            browser.show(1100, 860, "light");
            browser.driver().executeScript("document.querySelector('article').parentElement.scrollIntoView()");
            browser.picture("evaluation-answers");
            browser.show(1440, 900, "light");

            // when: from the chat
            browser.go(server.address() + "chat.xhtml");
            browser.awaitCount("#model option[value=" + ADAPTER + "]", 1);
            new Select(browser.shown("#model")).selectByValue("base");
            assertThat(browser.all("#evaluation").get(0).isDisplayed()).isFalse();
            new Select(browser.shown("#model")).selectByValue(ADAPTER);
            browser.click("#evaluation");

            // then
            browser.awaitText("h1", text -> text.startsWith("评估报告"));
        }
    }

    /** Of the least visible text with its ground, as WCAG 2 reckons it. */
    private static double contrast(Browser browser) {
        return ((Number) browser.driver().executeScript("""
                const luminance = color => {
                  const [red, green, blue] = color.match(/[\\d.]+/g).slice(0, 3).map(value => value / 255)
                      .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
                  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
                };
                const ground = luminance(getComputedStyle(document.querySelector('section')).backgroundColor);
                return Math.min(...[...document.querySelectorAll('section *:not(svg *)')].map(element => {
                  const ink = luminance(getComputedStyle(element).color);
                  return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
                }));""")).doubleValue();
    }

    @Test
    @DisplayName("is a page with one policy, which allows its own style and nothing else")
    void policy(WildFlyServer server) throws Exception {
        URI report = URI.create(server.address() + "api/jobs/" + run + "/evaluation/report.en.html");

        HttpResponse<String> page = HttpClient.newHttpClient().send(HttpRequest.newBuilder(report)
                .header("Authorization", Login.administrator(URI.create(server.address())).basic()).build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().allValues("Content-Security-Policy")).singleElement().asString()
                .startsWith("default-src 'none'; style-src 'sha256-").contains("frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.headers().allValues("X-Content-Type-Options")).containsExactly("nosniff");
    }

    @Test
    @DisplayName("of an adapter goes on after a stop, and finds the same as one without")
    void stopAndRestart(WildFlyServer server) throws IOException {
        // given
        Map<String, String> parameters = Map.of("adapter", ADAPTER, "dataset.rows", "14",
                "evaluation.generation.rows", "2", "evaluation.max.new.tokens", "16");
        JsonNode unbroken = awaitEnd(server, start(server, parameters));

        // when
        long stopped = start(server, parameters);
        await("a row").atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() ->
                progress(server, stopped).path("phase").asText().equals("EVALUATE")
                        && progress(server, stopped).path("done").asInt() >= 1);
        assertThat(server.rest().postJson("api/evaluations/" + stopped + "/stop", "{}").status()).isEqualTo(202);
        JsonNode end = awaitEnd(server, stopped);
        Path results = results(server, end);
        int before = Files.readAllLines(results).size() - 1;
        long restarted = server.rest().postJson("api/evaluations/" + stopped + "/restart", "{}").json()
                .path("executionId").asLong();
        JsonNode complete = awaitEnd(server, restarted);

        // then
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("STOPPED");
        assertThat(end.path("links").has("evaluation")).isFalse();
        assertThat(before).isBetween(1, 13);
        assertThat(complete.path("status").asText()).as(complete.toString()).isEqualTo("COMPLETED");
        assertThat(report(server, complete)).isEqualTo(report(server, unbroken));
        assertThat(report(server, complete).path("figures").get(0).path("items").asInt()).isEqualTo(14);
        assertThat(server.rest().get("api/evaluations").json().path("evaluations").findValuesAsText("executionId"))
                .startsWith(Long.toString(restarted));
    }

    @Test
    @DisplayName("stops within an answer, and asks multiple-choice questions")
    void choices(WildFlyServer server) throws IOException {
        // given: an answer that takes long
        Path file = Files.writeString(server.home().resolve("exam.jsonl"), """
                {"question": "急性阑尾炎首选的治疗是？", "options": {"A": "手术", "B": "观察"}, "answer_idx": "A"}
                """);
        Map<String, String> parameters = new TreeMap<>(Map.of("adapter", ADAPTER, "dataset.file", file.toString(),
                "dataset.format", "multiple-choice", "evaluation.max.new.tokens", "1700"));
        long endless = start(server, parameters);
        await("the question").atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() ->
                progress(server, endless).path("phase").asText().equals("EVALUATE"));

        // when
        server.rest().postJson("api/evaluations/" + endless + "/stop", "{}");
        JsonNode end = awaitEnd(server, endless);
        parameters.put("evaluation.max.new.tokens", "8");
        JsonNode complete = awaitEnd(server, start(server, parameters));

        // then
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("STOPPED");
        assertThat(Files.readAllLines(results(server, end))).hasSize(1);
        JsonNode figures = report(server, complete).path("figures");
        assertThat(figures.findValuesAsText("measure")).contains("ACCURACY", "UNANSWERED").doesNotContain("NLL");
        RestClient.Answer refused = server.rest().postJson("api/evaluations", "{\"adapter\": \"nobody\"}");
        assertThat(refused.json().path("detail").asText()).contains("nobody");
        assertThat(server.rest().get("api/evaluations/" + run).json().path("id").asText()).isEqualTo("MEDTUNE000823");
    }

    @Test
    @DisplayName("of an adapter that has changed since it was published is refused, and nobody chats with that")
    void damagedAdapter(WildFlyServer server) throws IOException {
        // given: a copy with another byte in the middle of its weights
        Path copy = Files.createDirectories(server.home().resolve("adapters/damaged"));
        try (Stream<Path> files = Files.list(server.home().resolve("adapters").resolve(ADAPTER))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        Path weights = copy.resolve("adapter_model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length / 2] ^= 1;
        Files.write(weights, bytes);

        // when
        RestClient.Answer evaluation = server.rest().postJson("api/evaluations", "{\"adapter\": \"damaged\"}");
        RestClient.Answer chat = server.rest().postJson("v1/chat/completions", """
                {"model": "damaged", "messages": [{"role": "user", "content": "头痛"}], "max_tokens": 4}""");

        // then
        assertThat(evaluation.status()).isEqualTo(400);
        assertThat(evaluation.text()).contains("MEDTUNE000826", "adapter_model.safetensors has another content");
        assertThat(chat.text()).contains("MEDTUNE000826", "from a backup");
    }

    private static Path results(WildFlyServer server, JsonNode evaluation) throws IOException {
        String begin = "evaluate-" + evaluation.path("instanceId").asLong() + "-";
        try (Stream<Path> folders = Files.list(server.home().resolve("evaluations"))) {
            return folders.filter(folder -> folder.getFileName().toString().startsWith(begin)).findFirst()
                    .orElseThrow().resolve("results.jsonl");
        }
    }

    private static long start(WildFlyServer server, Map<String, String> parameters) {
        RestClient.Answer started = server.rest().postJson("api/evaluations",
                new ObjectMapper().valueToTree(parameters).toString());
        assertThat(started.status()).as(started.text()).isEqualTo(201);
        return started.json().path("executionId").asLong();
    }

    private static JsonNode progress(WildFlyServer server, long executionId) {
        return server.rest().get("api/evaluations/" + executionId).json().path("progress");
    }

    private static JsonNode awaitEnd(WildFlyServer server, long executionId) {
        return await("evaluation " + executionId).atMost(PATIENCE).pollInterval(Duration.ofMillis(100))
                .until(() -> server.rest().get("api/evaluations/" + executionId).json(),
                        view -> ENDED.contains(view.path("status").asText()));
    }

    /** The report without the name and the time, which no two evaluations have in common. */
    private static JsonNode report(WildFlyServer server, JsonNode evaluation) {
        String address = evaluation.path("links").path("evaluation").asText();
        assertThat(address).as(evaluation.toString()).startsWith("/medtune/");
        JsonNode report = server.rest().get(address.substring("/medtune/".length())).json();
        ((ObjectNode) report.path("subject")).remove(List.of("name", "created"));
        return report;
    }
}
