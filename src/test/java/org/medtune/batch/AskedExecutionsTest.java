package org.medtune.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.medtune.RecoverableException;
import org.medtune.access.AuditTrail;
import org.medtune.access.Caller;
import org.medtune.access.Role;
import org.medtune.audit.AuditLog;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

@DisplayName("The audit log of executions")
class AskedExecutionsTest {

    private static final Map<String, String> PARAMETERS = Map.of("max.steps", "20");

    @TempDir
    private Path folder;

    private AuditLog log;
    private AskedExecutions asked;

    @BeforeEach
    void open() {
        log = AuditLog.open(folder);
        asked = new AskedExecutions(new AuditTrail(log, false));
    }

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    @DisplayName("names the user who has started, stopped and restarted one")
    void users() throws IOException {
        // when
        try (Caller.Acting acting = new Caller("li", Set.of(Role.OPERATOR), "10.0.0.7").act()) {
            asked.start("fine-tune", PARAMETERS, () -> 3, AskedExecutionsTest::notToBeStopped);
        }
        asked.begins(3, "fine-tune", PARAMETERS, false);
        try (Caller.Acting acting = new Caller("wang", Set.of(Role.OPERATOR), "10.0.0.8").act()) {
            asked.stop(3, () -> { });
        }
        asked.ends(3, "fine-tune", "STOPPED", "", true);
        try (Caller.Acting acting = new Caller("li", Set.of(Role.OPERATOR), "10.0.0.7").act()) {
            asked.restart(3, "fine-tune", Map.of(), () -> 4, AskedExecutionsTest::notToBeStopped);
        }
        asked.begins(4, "fine-tune", PARAMETERS, true);
        asked.ends(4, "fine-tune", "COMPLETED", "", false);

        // then
        assertThat(lines()).containsExactly("li start execution 3 done", "wang stop execution 3 done",
                "server end execution 3 STOPPED", "li restart execution 3 done", "server end execution 4 COMPLETED");
    }

    @Test
    @DisplayName("names the user of one that begins before its start has come back")
    void beginsAtOnce() throws Exception {
        // given: an execution that has a thread before its id is known
        Thread execution = new Thread(() -> asked.begins(3, "fine-tune", PARAMETERS, false));

        // when
        try (Caller.Acting acting = new Caller("li", Set.of(Role.OPERATOR), "10.0.0.7").act()) {
            asked.start("fine-tune", PARAMETERS, () -> {
                execution.start();
                LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
                return 3;
            }, AskedExecutionsTest::notToBeStopped);
        }
        execution.join();

        // then
        assertThat(lines()).containsExactly("li start execution 3 done");
    }

    @Test
    @DisplayName("tells those of the console from them")
    void console() throws IOException {
        // when
        asked.begins(3, "fine-tune", PARAMETERS, false);
        asked.ends(3, "fine-tune", "STOPPED", "", true);
        asked.begins(4, "fine-tune", PARAMETERS, true);
        asked.ends(4, "fine-tune", "STOPPED", "MEDTUNE000640: the disk is full", true);

        // then: a run that has stopped by itself was not stopped by anybody
        assertThat(lines()).containsExactly("console start execution 3 done", "console stop execution 3 done",
                "server end execution 3 STOPPED", "console restart execution 4 done",
                "server end execution 4 STOPPED");
        assertThat(Files.readString(folder.resolve("audit.jsonl")))
                .contains("\"max.steps\":\"20\"", "\"reason\":\"MEDTUNE000640: the disk is full\"");
    }

    @Test
    @DisplayName("names the server where it has restarted one by itself")
    void server() throws IOException {
        // when
        asked.restart(3, "fine-tune", Map.of("reason", "its server ended"), () -> 4, AskedExecutionsTest::notToBeStopped);
        asked.begins(4, "fine-tune", PARAMETERS, true);

        // then
        assertThat(lines()).containsExactly("server restart execution 3 done");
    }

    @Test
    @DisplayName("has an execution stopped whose start it cannot take, so that no refused one is at work")
    void unwritable() {
        // given: a log whose file is shut
        List<Long> stops = new ArrayList<>();
        log.close();

        // when, then
        assertThatThrownBy(() -> asked.start("fine-tune", PARAMETERS, () -> 3, stops::add))
                .isInstanceOf(RecoverableException.class);
        assertThatThrownBy(() -> asked.restart(3, "fine-tune", Map.of(), () -> 4, stops::add))
                .isInstanceOf(RecoverableException.class);
        assertThat(stops).containsExactly(3L, 4L);
    }

    @Test
    @DisplayName("is kept of every job")
    void everyJob() throws Exception {
        List<Path> jobs;
        try (Stream<Path> files = Files.list(Path.of("batch-jobs"))) {
            jobs = files.filter(file -> file.toString().endsWith(".xml")).toList();
        }
        assertThat(jobs).isNotEmpty();
        for (Path file : jobs) {
            Document job = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
            Element first = (Element) job.getElementsByTagName("listener").item(0);
            assertThat(first.getAttribute("ref")).as(file.toString()).isEqualTo("executionAuditListener");
        }
    }

    private static void notToBeStopped(long executionId) {
        throw new AssertionError("execution " + executionId + " was asked to stop");
    }

    /** Who, what, to what, and what came of it. */
    private List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("audit.jsonl"))) {
            lines.add(Stream.of("actor", "action", "target", "outcome")
                    .map(name -> line.replaceAll(".*\"" + name + "\":\"([^\"]*)\".*", "$1"))
                    .reduce((a, b) -> a + " " + b).orElseThrow());
        }
        return lines;
    }
}
