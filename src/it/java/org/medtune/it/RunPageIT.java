package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.support.ui.Select;

/** A run on its own page, in a browser, from its start over a stop and a restart to its end. */
@ExtendWith({ChromiumInstalled.class, SharedServer.class})
class RunPageIT {

    private static final int STEPS = 24;
    private static final int[] WIDTHS = {360, 768, 1440};
    private static final Map<String, String> PARAMETERS = Map.of("max.steps", String.valueOf(STEPS),
            "warmup.steps", "2", "save.steps", "3", "dataset.rows", "40", "max.seq.length", "256",
            "per.device.train.batch.size", "1", "gradient.accumulation.steps", "2", "evaluation.max.new.tokens", "4");

    @Test
    void saysThatNoRunWasNamed(WildFlyServer server) {
        try (Browser browser = Browser.open()) {
            // when
            browser.go(server.address() + "run.xhtml?language=en");

            // then
            browser.awaitText("#run-error", text -> text.contains("names no execution"));
        }
    }

    @Test
    void showsARunWhileItIsTrainedAndAfterwards(WildFlyServer server) throws IOException {
        try (Browser browser = Browser.open()) {
            // given: a run that the form has started
            long first = startByForm(server, browser);
            long instance = server.rest().get("api/jobs/" + first).json().path("instanceId").asLong();

            // when: curves grow by themselves
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
            assertThat(awaitPoints(browser, STEPS)).isEqualTo(STEPS).isGreaterThan(before);
            assertThat(browser.all("#run-curves canvas")).hasSize(4);
            browser.awaitCount("#run-lengths canvas", 1);
            assertThat(browser.text("#run-parameters")).contains("max.steps").contains("24");
            assertThat(browser.text("[data-figure=accepted]")).isEqualTo("40");
            browser.awaitText("#run-checkpoints", text -> text.contains("checkpoint-24"));
            assertThat(browser.fetch(browser.shown("#run-evaluation").getAttribute("href"))).contains("<html");
            assertThat(browser.shown("#run-report").getAttribute("href")).endsWith("/report");
            assertThat(browser.all("#run-error:not([hidden])")).isEmpty();
            assertThat(browser.driver().manage().logs().get(LogType.BROWSER).getAll()).isEmpty();
            for (int width : WIDTHS) {
                assertFits(browser, width);
            }
            assertThat(Accessibility.violations(browser)).isEmpty();
            browser.show(1440, 900, "dark");
            assertThat(Accessibility.violations(browser)).isEmpty();
            browser.click(".mt-language");
            browser.awaitText("#run-status", "complete"::equals);
            browser.awaitCount("#run-lengths canvas", 1);
            browser.picture("run", 2000);
            assertFiles(server, instance);
            assertRest(server, first, STEPS);
            readsPublishesComparesAndDeletes(server, browser);
        }
    }

    @Test
    void restartsAFailedRunOnceItIsMendedAndShowsTheRowsThatWereRejected(WildFlyServer server) throws IOException {
        try (Browser browser = Browser.open()) {
            // given: the console has started a run whose dataset is not there
            Path file = server.home().resolve("comes-when-it-failed.jsonl");
            Map<String, String> parameters = new TreeMap<>(PARAMETERS);
            parameters.putAll(Map.of("max.steps", "1", "warmup.steps", "0", "max.seq.length", "64",
                    "evaluation.max.new.tokens", "2", "dataset.rows", "43", "dataset.file", file.toString()));
            long failed;
            try (ManagementClient management = server.management()) {
                failed = management.startJob(parameters);
            }
            server.rest().awaitEnd(failed, Duration.ofMinutes(1));

            // when
            browser.go(server.rest().address("run.xhtml?execution=" + failed));

            // then: the page says why
            browser.awaitText("#run-status", "失败"::equals);
            assertThat(browser.text("#run-sentence")).contains("MEDTUNE000001", file.toString());
            assertThat(browser.all("#run-error:not([hidden])")).isEmpty();

            // when: nothing is mended
            browser.click("#run-restart");

            // then: it is said what is missing, and can be tried again
            browser.awaitText("#run-error", text -> text.contains(file.toString()));
            assertThat(browser.driver().getCurrentUrl()).endsWith("=" + failed);

            // when: it is mended, with another run at work, and something is to be different from now on
            DatasetWithRejects.write(file);
            long busy = busyRun(server);
            browser.click("#run-restart-with");
            assertThat(browser.all("#restart-dialog [name='lora.r']")).isEmpty();
            for (int width : WIDTHS) {
                assertFits(browser, width);
            }
            assertThat(Accessibility.violations(browser)).isEmpty();
            type(browser, "save.steps", "7");
            browser.click("#restart-dialog [value=restart]");

            // then: it waits for its turn, and its page says for whom
            await().atMost(Duration.ofMinutes(1)).until(() -> !browser.driver().getCurrentUrl().endsWith("=" + failed));
            browser.awaitText("#run-queue", text -> text.contains("第 1 位") && text.contains("执行 " + busy));

            // when
            server.rest().postJson("api/jobs/" + busy + "/stop", "{}");

            // then
            browser.awaitText("#run-status", "完成"::equals);
            assertThat(browser.shown("#run-parameters").getText()).contains("save.steps\n7");
            browser.awaitText("#run-executions tr:nth-child(1)", text -> text.contains("完成"));
            assertThat(browser.text("#run-executions tbody tr:nth-child(2)")).startsWith(failed + "失败")
                    .contains("MEDTUNE000001");
            browser.awaitCount("#run-lengths canvas", 1);
            assertThat(browser.text("[data-figure=accepted]")).isEqualTo("40");
            assertThat(browser.text("[data-figure=rejected]")).isEqualTo("3");
            assertThat(browser.all("#run-rejects li")).extracting(WebElement::getText).containsExactly(
                    "MEDTUNE000422: The field 'Complex_CoT' is blank. (2 行，例如第 2 行)",
                    "MEDTUNE000423: The row is not an object, but of the JSON type number. (1 行，例如第 5 行)");
        }
    }

    /** A run that is trained until somebody stops it. */
    private static long busyRun(WildFlyServer server) {
        long execution = server.rest().postJson("api/jobs", "{\"max.steps\": 100000, \"save.steps\": 100000, "
                + "\"dataset.rows\": 20, \"max.seq.length\": 64}").json().path("executionId").asLong();
        await("a step").atMost(Duration.ofMinutes(1)).until(() ->
                server.rest().get("api/jobs/" + execution).json().path("progress").path("done").asInt() > 0);
        return execution;
    }

    /** Opens the form from the page of runs, makes a mistake, corrects it, and starts what was estimated. */
    private static long startByForm(WildFlyServer server, Browser browser) {
        browser.go(server.rest().address(""));
        browser.click("#form");
        browser.shown("#estimate");
        assertThat(browser.text("#group-training .mt-quiet")).contains("学习率");

        browser.driver().executeScript("document.querySelectorAll('details').forEach(group => group.open = true)");
        type(browser, "lora.r", "0");
        assertThat(browser.awaitText("#start-error", text -> !text.isEmpty())).contains("MEDTUNE000004: lora.r is 0");
        assertThat(browser.shown("#parameter-lora-r").getAttribute("aria-invalid")).isEqualTo("true");
        assertThat(browser.all("#start-button:disabled")).hasSize(1);

        type(browser, "lora.r", "16");
        PARAMETERS.forEach((name, value) -> type(browser, name, value));
        browser.awaitText("#estimate-steps", text -> text.startsWith(STEPS + " × "));
        assertThat(browser.text("#start-error")).isEmpty();
        assertThat(browser.text("#estimate-device-memory")).contains("MiB", "空闲");
        assertThat(browser.text("#group-training [data-changed]")).contains("4");
        for (int width : WIDTHS) {
            assertFits(browser, width);
        }
        browser.picture("run-start", 1300);
        assertThat(browser.driver().manage().logs().get(LogType.BROWSER).getAll())
                .filteredOn(line -> !line.getMessage().contains("/api/jobs/estimate")).isEmpty();
        browser.click("#start-button");
        await().atMost(Duration.ofMinutes(1)).until(() -> browser.driver().getCurrentUrl().contains("run.xhtml"));
        String address = browser.driver().getCurrentUrl();
        long execution = Long.parseLong(address.substring(address.indexOf('=') + 1));
        Map<String, String> given = new TreeMap<>();
        server.rest().get("api/jobs/" + execution).json().path("parameters").fields()
                .forEachRemaining(field -> given.put(field.getKey(), field.getValue().asText()));
        assertThat(given).isEqualTo(PARAMETERS);
        return execution;
    }

    private static void type(Browser browser, String name, String value) {
        WebElement field = browser.shown("[name='" + name + "']");
        field.clear();
        field.sendKeys(value);
    }

    private static void assertFits(Browser browser, int width) {
        browser.show(width, 2200, "light");
        assertThat(browser.overflow()).as("overflow at %s", width).isZero();
    }

    /** What can be done with a run that is complete, which the page shows. */
    private static void readsPublishesComparesAndDeletes(WildFlyServer server, Browser browser) {
        String page = browser.driver().getCurrentUrl();
        String execution = page.replaceAll(".*execution=(\\d+).*", "$1");

        // when: the log is unfolded
        browser.click("#run-log summary");

        // then
        assertThat(browser.awaitText("#run-log-lines", text -> text.contains("MEDTUNE"))).contains("checkpoint");

        // when: an earlier checkpoint is published
        browser.click("#run-publish");
        browser.driver().executeScript("document.getElementById('publish-step').value = '3'");
        browser.shown("#publish-name").sendKeys("by-the-page");
        browser.click("#publish-dialog [value=publish]");

        // then
        browser.awaitText("#run-done", text -> text.contains("by-the-page"));
        assertThat(server.rest().get("api/adapters/by-the-page").status()).isEqualTo(200);

        // when: it is compared with another run
        Map<String, String> shorter = new TreeMap<>(PARAMETERS);
        shorter.put("max.steps", "2");
        long other = server.rest().postJson("api/jobs", new ObjectMapper().valueToTree(shorter).toString()).json()
                .path("executionId").asLong();
        server.rest().awaitEnd(other, Duration.ofMinutes(2));
        browser.go(server.rest().address("compare.xhtml?ids=" + execution));
        browser.click("#compare-runs [value='" + other + "']");

        // then
        browser.awaitCount("#compare-curves[data-series='2'][data-points='" + STEPS + "'] canvas", 1);
        assertThat(browser.text("#compare-parameters")).contains("max.steps", "24").doesNotContain("save.steps");
        assertThat(browser.text("#compare-results")).contains("24 / 24", "2 / 2", "Perplexity");
        for (int width : WIDTHS) {
            assertFits(browser, width);
        }
        assertThat(Accessibility.violations(browser)).isEmpty();
        browser.picture("run-compare", 1100);

        if (Browser.takesPictures()) {
            takePicturesOfRunsAndChat(server, browser);
        }

        // when: it is deleted
        browser.go(page);
        browser.click("#run-delete");
        browser.click("#delete-dialog [value=delete]");

        // then
        await().atMost(Duration.ofMinutes(1)).until(() -> browser.driver().getCurrentUrl().contains("runs.xhtml"));
        assertThat(server.rest().get("api/jobs/" + execution).status()).isEqualTo(404);
        assertThat(server.rest().get("api/adapters/by-the-page").status()).isEqualTo(200);
    }

    private static void takePicturesOfRunsAndChat(WildFlyServer server, Browser browser) {
        browser.go(server.address() + "runs.xhtml?language=en");
        browser.shown(".mt-status-COMPLETED");
        browser.picture("runs", 800);
        browser.go(server.address() + "chat.xhtml");
        browser.awaitCount("#model option[value=by-the-page]", 1);
        new Select(browser.shown("#model")).selectByValue("by-the-page");
        browser.click("#compare");
        browser.click("#example");
        browser.click("#ask");
        browser.awaitCount(".mt-answer[aria-busy=false]", 2);
        browser.picture("chat", 820);
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
}
