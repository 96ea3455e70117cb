package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.logging.LogType;

/** A run on its own page, in a browser, from its start over a stop and a restart to its end. */
@ExtendWith({ChromiumInstalled.class, SharedServer.class})
class RunPageIT {

    private static final String PARAMETERS = """
            {"max.steps": "%d", "warmup.steps": "2", "save.steps": "3", "dataset.rows": "40", "max.seq.length": "256",
             "evaluation.max.new.tokens": "4"}""";

    @Test
    void showsARunWhileItIsTrainedAndAfterwards(WildFlyServer server) throws IOException {
        int steps = 24;
        JsonNode started = server.rest().postJson("api/jobs", PARAMETERS.formatted(steps)).json();
        long first = started.path("executionId").asLong();
        try (Browser browser = Browser.open()) {
            // when: curves grow by themselves
            browser.go(server.rest().address("run.xhtml?execution=" + first));
            int seen = awaitPoints(browser, 2);
            awaitPoints(browser, seen + 1);

            // then: a stop and a restart by the page's buttons
            assertThat(browser.text("#run-phase")).isEqualTo("训练");
            browser.click("#run-stop");
            browser.awaitText("#run-status", "已停止"::equals);
            int before = points(browser);
            browser.click("#run-restart");
            await().atMost(Duration.ofMinutes(1)).until(() -> !browser.driver().getCurrentUrl().endsWith("=" + first));
            browser.awaitText("#run-status", "完成"::equals);
            assertThat(awaitPoints(browser, steps)).isEqualTo(steps).isGreaterThan(before);
            assertThat(browser.all("#run-curves canvas")).hasSize(4);
            browser.awaitCount("#run-lengths canvas", 1);
            assertThat(browser.text("#run-parameters")).contains("max.steps").contains("24");
            assertThat(browser.text("[data-figure=accepted]")).isEqualTo("40");
            browser.awaitText("#run-checkpoints", text -> text.contains("checkpoint-24"));
            assertThat(browser.shown("#run-report").getAttribute("href")).endsWith("/report");
            assertThat(browser.all("#run-error:not([hidden])")).isEmpty();
            assertThat(browser.driver().manage().logs().get(LogType.BROWSER).getAll()).isEmpty();
            for (int width : new int[] {360, 768, 1440}) {
                browser.resize(width, 2200);
                assertThat((Boolean) browser.driver().executeScript("return document.documentElement.scrollWidth"
                        + " <= document.documentElement.clientWidth")).as("at %s", width).isTrue();
                picture(browser, "run-zh-light-" + width);
            }
            browser.driver().executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features",
                    List.of(Map.of("name", "prefers-color-scheme", "value", "dark"))));
            browser.go(browser.driver().getCurrentUrl() + "&language=en");
            browser.awaitText("#run-status", "complete"::equals);
            browser.awaitCount("#run-lengths canvas", 1);
            picture(browser, "run-en-dark-1440");
            assertFiles(server, started.path("instanceId").asLong());
        }
        assertRest(server, first, steps);
    }

    private static void assertFiles(WildFlyServer server, long instance) throws IOException {
        // one for the start, and one for the restart
        try (Stream<Path> events = Files.list(server.home().resolve("runs/fine-tune-" + instance + "/tensorboard"))) {
            assertThat(events).hasSize(2).allMatch(file -> file.getFileName().toString().contains(".tfevents."));
        }
    }

    private static void assertRest(WildFlyServer server, long execution, int steps) {
        String all = server.rest().get("api/jobs/" + execution + "/events").text();
        assertThat(all).contains("event: state", "event: end");
        assertThat(Stream.of(all.split("\n")).filter(line -> line.startsWith("id: "))).hasSize(steps)
                .startsWith("id: 1").endsWith("id: " + steps);
        assertThat(server.rest().get("api/jobs/987654/events").text()).contains("\"MEDTUNE0");
        assertThat(server.rest().get("api/jobs/" + execution + "/dataset").json().path("lengths")).isNotEmpty();
        assertThat(server.rest().get("api/jobs/987654/dataset").status()).isEqualTo(404);
    }

    private static int awaitPoints(Browser browser, int wanted) {
        return await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(50))
                .until(() -> points(browser), points -> points >= wanted);
    }

    private static int points(Browser browser) {
        String points = (String) browser.driver().executeScript(
                "return document.getElementById('run-curves').dataset.points ?? '0'");
        return Integer.parseInt(points);
    }

    private static void picture(Browser browser, String name) throws IOException {
        Path folder = Path.of(System.getProperty("medtune.it.folder")).resolve("pictures");
        Files.createDirectories(folder);
        Files.write(folder.resolve(name + ".png"), browser.driver().getScreenshotAs(OutputType.BYTES));
    }
}
