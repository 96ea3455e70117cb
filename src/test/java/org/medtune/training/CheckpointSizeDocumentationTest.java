package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.medtune.adapter.AdapterLayout;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.model.ModelConfiguration;
import org.medtune.model.ModelFolder;
import org.medtune.model.Projection;
import org.medtune.testing.Golden;
import org.medtune.testing.TargetModel;

@DisplayName("The handbook's table of checkpoint sizes")
class CheckpointSizeDocumentationTest {

    private static final String HEADER = "| Model | `lora.r` | Trained parameters | Published adapter "
            + "| Checkpoint, `adamw_8bit` | Checkpoint, `adamw_torch` |";

    @Test
    @DisplayName("has the room that is asked of the disk, by rank")
    void followsTheStore() throws IOException {
        // given
        ModelConfiguration embedded = ModelFolder.open(Golden.MODEL).configuration();
        List<String> expected = Stream.of(8, 16, 32, 64)
                .flatMap(rank -> Stream.of(row("embedded", embedded, rank), row("7B", TargetModel.CONFIGURATION, rank)))
                .sorted((one, other) -> Boolean.compare(one.startsWith("| 7B"), other.startsWith("| 7B")))
                .toList();

        // when
        List<String> lines = Files.readAllLines(Path.of("docs/operations.md"));
        int header = lines.indexOf(HEADER);
        List<String> rows = lines.stream().skip(header + 2L).takeWhile(line -> line.startsWith("|")).toList();

        // then
        assertThat(header).as("the table's header in docs/operations.md").isNotNegative();
        assertThat(rows).containsExactlyElementsOf(expected);
    }

    private static String row(String name, ModelConfiguration model, int rank) {
        long trained = new AdapterLayout(model, new LoraConfiguration(rank, 16, 0, EnumSet.allOf(Projection.class),
                BiasTraining.NONE, false)).size();
        return String.format(Locale.ROOT, "| %s | %d | %,d | %s | %s | %s |", name, rank, trained,
                megabytes(trained * Float.BYTES),
                megabytes(CheckpointStore.bytes(trained, trained, MomentStorage.EIGHT_BIT)),
                megabytes(CheckpointStore.bytes(trained, trained, MomentStorage.FLOAT32)));
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,.0f MB", bytes / 1e6);
    }
}
