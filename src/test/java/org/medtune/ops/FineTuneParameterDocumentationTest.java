package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The handbook's table of parameters")
class FineTuneParameterDocumentationTest {

    @Test
    @DisplayName("says of every parameter what the catalogue says, in its order")
    void followsTheCatalogue() throws IOException {
        // given
        List<String> expected = Arrays.stream(FineTuneParameter.values())
                .map(p -> "| `" + p.key() + "` | " + (p.defaultText().isEmpty() ? "" : "`" + p.defaultText() + "`")
                        + " | " + p.explanation() + " |")
                .toList();

        // when
        List<String> lines = Files.readAllLines(Path.of("docs/parameters.md"));
        int header = lines.indexOf("| Parameter | Default | Meaning |");
        List<String> rows = lines.stream().skip(header + 2L).takeWhile(line -> line.startsWith("|")).toList();

        // then
        assertThat(rows).containsExactlyElementsOf(expected);
    }
}
