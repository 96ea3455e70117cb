package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A dataset as sites have them: not every row can be used. Rows 2, 5 and 8 cannot, for two reasons. */
final class DatasetWithRejects {

    private DatasetWithRejects() {
    }

    /** Writes it. */
    static void write(Path file) throws IOException {
        List<String> rows = new ArrayList<>(
                Files.readAllLines(Path.of("data/medical-reasoning-sample-zh.jsonl")).subList(0, 60));
        String blank = "{\"Question\": \"咳嗽怎么办？\", \"Complex_CoT\": \" \", \"Response\": \"多休息。\"}";
        rows.add(1, blank);
        rows.add(4, "42");
        rows.add(7, blank);
        Files.write(file, rows);
    }

    /**
     * What a run tells of it.
     *
     * @param rows that the run has read
     */
    static void assertFigures(JsonNode figures, int rows) {
        assertThat(figures.path("rowsRead").asInt()).isEqualTo(rows);
        assertThat(figures.path("accepted").asInt()).isEqualTo(rows - 3);
        assertThat(figures.path("rejected").asInt()).isEqualTo(3);
        assertThat(figures.path("rejects").toString()).isEqualTo("["
                + "{\"reason\":\"MEDTUNE000422: The field 'Complex_CoT' is blank.\",\"count\":2,\"rows\":[2,8]},"
                + "{\"reason\":\"MEDTUNE000423: The row is not an object, but of the JSON type number.\",\"count\":1,"
                + "\"rows\":[5]}]");
        int counted = 0;
        for (JsonNode range : figures.path("lengths")) {
            counted += range.path("rows").asInt();
        }
        assertThat(counted).isEqualTo(rows - 3);
    }
}
