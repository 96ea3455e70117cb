package org.medtune.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.medtune.catalogue.DownloadRequest;
import org.medtune.ops.EvaluationRequest;
import org.medtune.ops.ExportRequest;
import org.medtune.ops.JobParameters;
import org.medtune.ops.PurgeRequest;

@DisplayName("The handbook's table of parameters")
class JobParameterDocumentationTest {

    static Stream<Arguments> tables() {
        return Stream.of(Arguments.of(EvaluationRequest.JOB, "docs/evaluation.md", EvaluationRequest.PARAMETERS),
                Arguments.of(PurgeControl.PURGE, "docs/operations.md", PurgeRequest.PARAMETERS),
                Arguments.of(DownloadControl.DOWNLOAD, "docs/catalogue.md", DownloadRequest.PARAMETERS),
                Arguments.of(ExportRequest.JOB, "docs/catalogue.md", ExportRequest.PARAMETERS));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tables")
    @DisplayName("says of every parameter of a job what its definition says, in its order")
    void followsTheDefinitions(String job, String file, JobParameters parameters) throws IOException {
        // given
        List<String> expected = parameters.all().stream().map(parameter -> "| `" + parameter.key() + "` | "
                + (parameter.defaultText().isEmpty() ? "" : "`" + parameter.defaultText() + "` ") + "| "
                + parameter.explanation() + " |").toList();

        // when
        List<String> lines = Files.readAllLines(Path.of(file));
        int header = lines.indexOf("| Parameter of `" + job + "` | Default | Meaning |");
        List<String> rows = lines.stream().skip(header + 2L).takeWhile(line -> line.startsWith("|")).toList();

        // then
        assertThat(rows).containsExactlyElementsOf(expected);
    }
}
