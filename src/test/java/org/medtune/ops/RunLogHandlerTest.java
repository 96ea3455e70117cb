package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogHandlerTest {

    private static final Logger LOGGER = Logger.getLogger("org.medtune.test");

    @TempDir
    private Path folder;

    private final RunLogHandler handler = new RunLogHandler();

    @AfterEach
    void close() {
        handler.end();
        handler.close();
    }

    private RunLog log(String name) {
        return new RunLog(folder.resolve(name));
    }

    private List<String> lines(String name) {
        return log(name).read(0, 1 << 20).lines();
    }

    @Test
    void aRunHasWhatItsThreadsLogAndNothingElse() throws Exception {
        // given
        ExecutorService others = Executors.newSingleThreadExecutor();
        others.submit(() -> LOGGER.info("before")).get();
        handler.begin(log("one"));

        // when: the run's thread, one that it makes, and one that was there before
        LOGGER.info("of the run");
        ExecutorService own = Executors.newSingleThreadExecutor();
        own.submit(() -> LOGGER.warning("of its helper")).get();
        others.submit(() -> LOGGER.info("of somebody else")).get();
        handler.end();
        LOGGER.info("after the run");
        own.submit(() -> LOGGER.info("of a helper that outlives it")).get();

        // then
        own.shutdown();
        others.shutdown();
        assertThat(own.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
        assertThat(lines("one")).hasSize(2);
        assertThat(lines("one").get(0))
                .matches("[\\d-]{10} [\\d:]{8},\\d{3} INFO  \\[org.medtune.test] \\(.+\\) of the run");
        assertThat(lines("one").get(1)).contains("WARN").endsWith("of its helper");
    }

    @Test
    void aThreadGoesFromOneRunToTheNext() {
        handler.begin(log("one"));
        LOGGER.info("first");
        handler.begin(log("two"));
        LOGGER.info("second");

        assertThat(lines("one")).singleElement().asString().endsWith("first");
        assertThat(lines("two")).singleElement().asString().endsWith("second");
    }

    @Test
    void aStackTraceIsPartOfIt() {
        handler.begin(log("one"));

        LOGGER.log(Level.SEVERE, "it failed", new IllegalStateException("reason"));

        assertThat(lines("one")).hasSizeGreaterThan(2)
                .anyMatch(line -> line.contains("java.lang.IllegalStateException: reason"))
                .anyMatch(line -> line.strip().startsWith("at org.medtune.ops.RunLogHandlerTest"));
    }

    @Test
    void whatCannotBeWrittenDoesNotHurtTheRun() throws IOException {
        // given: a file in the folder's place
        Path place = Files.createFile(folder.resolve("one"));
        handler.begin(new RunLog(place));

        // when
        LOGGER.info("lost");
        LOGGER.info("lost too");

        // then
        assertThat(place).isEmptyFile();
    }

    @Test
    void aClosedHandlerHearsNothing() {
        handler.begin(log("one"));
        handler.close();

        LOGGER.info("unheard");

        assertThat(lines("one")).isEmpty();
    }
}
