package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParseException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.medtune.RecoverableException;

@DisplayName("An exception that nobody has turned into a sentence")
class FailureClassesTest {

    static Stream<Arguments> ofTheSurroundings() {
        return Stream.of(
                Arguments.of(new OutOfMemoryError("Java heap space"), "MEDTUNE000643", "Java heap space"),
                Arguments.of(new OutOfMemoryError("Cannot reserve 1048576 bytes of direct buffer memory (allocated: "
                        + "0, limit: 0)"), "MEDTUNE000643", "JBOSS_JAVA_SIZING"),
                Arguments.of(new UncheckedIOException(new IOException("No space left on device")),
                        "MEDTUNE000644", "No space left on device"),
                Arguments.of(new UncheckedIOException(new FileSystemException("/runs/1", null,
                        "Read-only file system")), "MEDTUNE000644", "/runs/1: Read-only file system"),
                Arguments.of(new IllegalStateException(new FileNotFoundException("/data/rows.jsonl (Permission "
                        + "denied)")), "MEDTUNE000644", "Permission denied"),
                Arguments.of(new InternalError("a fault occurred in a recent unsafe memory access operation in "
                        + "compiled Java code"), "MEDTUNE000645", "Put the model's files back"),
                Arguments.of(new InternalError("a fault occurred in an unsafe memory access operation"),
                        "MEDTUNE000645", "restart the run"),
                Arguments.of(new IllegalStateException("Kernel layer failed",
                        new RuntimeException("CUDA error: unspecified launch failure")),
                        "MEDTUNE000640", "unspecified launch failure"));
    }

    @ParameterizedTest
    @MethodSource("ofTheSurroundings")
    @DisplayName("is recoverable when it comes from the surroundings")
    void recoverable(Throwable thrown, String id, String words) {
        assertThat(FailureClasses.explain(thrown)).hasValueSatisfying(e -> assertThat(e)
                .isInstanceOf(RecoverableException.class)
                .hasMessageStartingWith(id + ": ").hasMessageContaining(words)
                .hasCause(thrown));
    }

    static Stream<Throwable> mistakes() {
        return Stream.of(new NullPointerException(), new IllegalStateException("Kernel layer failed"),
                new StackOverflowError(), new InternalError("a defect"),
                new UncheckedIOException(new FileAlreadyExistsException("/runs/1")),
                new UncheckedIOException(new JsonParseException(null, "Unexpected character")));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    @DisplayName("stays what it is when the program is mistaken")
    void mistake(Throwable thrown) {
        assertThat(FailureClasses.explain(thrown)).isEmpty();
    }
}
