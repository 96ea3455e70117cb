package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.medtune.InvalidInputException;

/** No job is started with parameters that the job repository would refuse. */
class ParameterRoomTest {

    private static final Path NOWHERE = Path.of("no-such-folder");
    private static final MedtuneHome HOME = new MedtuneHome(NOWHERE, NOWHERE, NOWHERE);

    @Test
    void whatFitsExactlyIsNoProblem() {
        assertThat(ParameterRoom.problem(Map.of("a", "x".repeat(2997)))).isEmpty();
        assertThat(ParameterRoom.problem(Map.of("a", "x".repeat(2998)))).isPresent();
    }

    @Test
    void theLongestIsNamed() {
        assertThat(ParameterRoom.problem(Map.of("name", "x".repeat(1000), "include", "y".repeat(2000))).orElseThrow())
                .hasMessage("MEDTUNE000006: The parameters are 3015 characters long together, and the job repository "
                        + "keeps 3000; shorten them, above all include.");
    }

    static Stream<Runnable> requests() {
        String tooLong = "x".repeat(3000);
        return Stream.of(
                () -> FineTuneParameters.of(Map.of(FineTuneParameter.EVALUATION_QUESTION.key(), tooLong)),
                () -> PurgeRequest.of(Map.of(PurgeRequest.JOB_NAMES, tooLong), List.of("fine-tune")),
                () -> ExportRequest.of(HOME, Map.of(ExportRequest.OUTPUT_NAME, tooLong)));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void everyJobIsChecked(Runnable request) {
        assertThatThrownBy(request::run).isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000001: ")
                .hasMessageContaining("MEDTUNE000006: The parameters are 30");
    }
}
