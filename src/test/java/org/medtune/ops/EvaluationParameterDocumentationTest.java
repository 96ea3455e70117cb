package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class EvaluationParameterDocumentationTest {

    @Test
    void theHandbookHasEveryParameterOfAnEvaluationWithItsDefault() throws IOException {
        String documentation = Files.readString(Path.of("docs/evaluation.md"));

        assertThat(EvaluationRequest.DEFAULTS).allSatisfy((name, value) -> assertThat(documentation)
                .contains("| `" + name + "` | " + (value.isEmpty() ? "" : "`" + value + "` ") + "|"));
    }
}
