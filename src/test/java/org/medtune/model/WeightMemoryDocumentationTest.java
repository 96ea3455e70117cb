package org.medtune.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.medtune.tensor.ElementType;
import org.medtune.testing.Golden;
import org.medtune.testing.TargetModel;

@DisplayName("The handbook's table of the memory of weights")
class WeightMemoryDocumentationTest {

    private static final String HEADER = "| Weights of | `fp32` | `bf16`, `fp16` | `bf16`, projections in 4 bits |";

    @Test
    @DisplayName("has what a model takes while it is loaded")
    void followsTheReckoning() throws IOException {
        // given
        List<String> expected = List.of(row("embedded", ModelFolder.open(Golden.MODEL).configuration()),
                row("7B", TargetModel.CONFIGURATION));

        // when
        List<String> lines = Files.readAllLines(Path.of("docs/operations.md"));
        int header = lines.indexOf(HEADER);
        List<String> rows = lines.stream().skip(header + 2L).takeWhile(line -> line.startsWith("|")).toList();

        // then
        assertThat(header).as("the table's header in docs/operations.md").isNotNegative();
        assertThat(rows).containsExactlyElementsOf(expected);
    }

    private static String row(String name, ModelConfiguration model) {
        return String.format("| %s | %s | %s | %s |", name,
                gigabytes(WeightMemory.of(model, ElementType.FLOAT32, Quantization.NONE)),
                gigabytes(WeightMemory.of(model, ElementType.BFLOAT16, Quantization.NONE)),
                gigabytes(WeightMemory.of(model, ElementType.BFLOAT16, Quantization.NF4)));
    }

    private static String gigabytes(WeightMemory memory) {
        return String.format(Locale.ROOT, "%,.2f GB", memory.resident() / 1e9);
    }
}
