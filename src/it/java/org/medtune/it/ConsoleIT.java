package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/**
 * The server's own console in a browser, as an operator uses it. With {@code -Dmedtune.it.pictures=true} the pictures of
 * {@code docs/images} are taken anew.
 */
@ExtendWith(ChromiumInstalled.class)
class ConsoleIT {

    private static final int PORT_OFFSET = Integer.getInteger("medtune.it.port.offset", 210) + 70;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String PASSWORD = "Console-1";
    private static final List<String> PARAMETERS = List.of("dataset.rows=40", "max.seq.length=128",
            "per.device.train.batch.size=1", "gradient.accumulation.steps=1", "max.steps=60", "save.steps=5",
            "evaluation.max.new.tokens=4");

    private WildFlyServer server;
    private Browser browser;

    @BeforeEach
    void open() {
        server = new WildFlyServer("console", PORT_OFFSET, Map.of());
        browser = Browser.open();
    }

    @AfterEach
    void close() {
        browser.close();
        server.close();
    }

    /** Boots the server with a user for the console, and logs in. */
    private void boot() {
        server.start();
        server.addConsoleUser("admin", PASSWORD);
        logIn();
    }

    private void logIn() {
        // the browser asks no more for what has once been in an address
        browser.go(server.managementAddress("admin:" + PASSWORD) + "management");
        browser.go("about:blank");
    }

    @Test
    void anOperatorStartsStopsAndAfterAKillRestartsARun() {
        // when: Start, with parameters
        boot();
        start();

        // then
        long first = 1;
        showExecutions(first);
        browser.shown("#execution-1-job-execution-stop");
        awaitSteps(first, 3);
        picture("console-running");

        // when: Stop
        browser.click("#execution-1-job-execution-stop");
        confirm();

        // then
        try (ManagementClient management = server.management()) {
            assertThat(management.awaitEnd(first, PATIENCE)).isEqualTo("STOPPED");
        }
        showExecutions(first);
        browser.awaitText("#execution-1", text -> text.contains("Batch Status: STOPPED"));
        picture("console-stopped");

        // when: Restart, and the server is killed
        browser.click("#execution-1-job-execution-restart");
        confirm();
        awaitSteps(2, 20);
        server.kill();
        server.start();
        logIn();

        // then: what was interrupted is STOPPED, and Restart is there
        showExecutions(2);
        browser.awaitText("#execution-2", text -> text.contains("Batch Status: STOPPED"));
        picture("console-after-kill");
        browser.click("#execution-2-job-execution-restart");
        confirm();
        long restarted = awaitNewerThan(2);
        try (ManagementClient management = server.management()) {
            assertThat(management.awaitEnd(restarted, PATIENCE)).isEqualTo("COMPLETED");
        }
        showExecutions(restarted);
        browser.awaitText("#execution-" + restarted, text -> text.contains("Batch Status: COMPLETED"));
    }

    /** The number of the newest execution; after a kill numbers leave a gap. */
    private long awaitNewerThan(long executionId) {
        return await("an execution after " + executionId).atMost(PATIENCE).until(() -> server.rest()
                .get("api/jobs?limit=1").json().path("jobs").path(0).path("executionId").asLong(),
                newest -> newest > executionId);
    }

    @Test
    void anOperatorRestartsARunAfterTheDiskWasFull() {
        try (SmallFileSystem runs = SmallFileSystem.mount(server.home().resolve("runs"), 256);
                WildFlyServer running = server) {
            // given
            boot();
            start();
            awaitSteps(1, 6);

            // when
            runs.fill(0);

            // then
            try (ManagementClient management = running.management()) {
                assertThat(management.awaitEnd(1, PATIENCE)).isEqualTo("STOPPED");
                assertThat(management.exitStatus(1)).containsPattern("^MEDTUNE000(503|504): ");
                showExecutions(1);
                browser.awaitText("#execution-1", text -> text.contains("Batch Status: STOPPED"));
                picture("console-disk-full");

                // when: mended
                runs.free();
                browser.click("#execution-1-job-execution-restart");
                confirm();

                // then
                assertThat(management.awaitEnd(awaitNewerThan(1), PATIENCE)).isEqualTo("COMPLETED");
            }
        }
    }

    private void start() {
        browser.go(server.managementAddress(null) + "console/index.html#runtime;path=standalone-server-column~"
                + "standalone-host-" + hostName() + "!rss~batch-jberet!job~job-medtunewar-fine-tune");
        browser.shown("#job-medtunewar-fine-tune.active");
        browser.driver().executeScript(
                "document.querySelector('#job-medtunewar-fine-tune .dropdown-toggle')?.click()");
        browser.resize(1400, 760);
        browser.picture("console-job");
        // the console builds its columns anew whenever something in them has changed
        await("the dialog of Start").atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).ignoreExceptions().until(() -> {
            if (browser.all(".modal.in input[id*=properties]").isEmpty()) {
                browser.driver().executeScript(
                        "document.querySelector('#job-medtunewar-fine-tune .dropdown-menu a').click()");
            }
            return !browser.all(".modal.in input[id*=properties]").isEmpty();
        });
        browser.click(".modal.in input[id*=properties]");
        WebElement properties = browser.driver().switchTo().activeElement();
        for (String parameter : PARAMETERS) {
            properties.sendKeys(parameter, Keys.ENTER);
        }
        await("the parameters").atMost(PATIENCE)
                .until(() -> browser.text(".modal.in").contains("evaluation.max.new.tokens=4"));
        picture("console-start");
        browser.click(".modal.in .modal-footer .btn-primary");
    }

    private String hostName() {
        try (ManagementClient management = server.management()) {
            return management.serverName();
        }
    }

    private void showExecutions(long one) {
        browser.go("about:blank");
        browser.go(server.managementAddress(null)
                + "console/index.html#job-runtime;deployment=medtune.war;name=fine-tune");
        browser.shown("#execution-" + one);
    }

    /** Says yes if the console asks whether it was meant. */
    private void confirm() {
        try {
            await().atMost(Duration.ofSeconds(2)).until(() -> !browser.all(".modal.in .btn-primary").isEmpty());
            browser.click(".modal.in .modal-footer .btn-primary");
        } catch (ConditionTimeoutException e) {
            // it did not ask
        }
    }

    private void awaitSteps(long executionId, int steps) {
        await(steps + " steps").atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).ignoreExceptions().until(() ->
                server.rest().get("api/jobs/" + executionId + "/metrics").json().path("steps").size() >= steps);
    }

    private void picture(String name) {
        browser.resize(1100, 500);
        browser.picture(name);
    }
}
