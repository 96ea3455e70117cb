package org.medtune.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.Locale;

/**
 * A run's {@code report.json} for a reader at a terminal.
 *
 * @param json the file's content
 */
record DemoReport(JsonNode json) {

    void print(PrintStream out) {
        JsonNode sample = json.path("sample");
        JsonNode adapter = json.path("adapter");
        out.printf(Locale.ROOT, """

                Loss            first step %.4f, last step %.4f
                Held-out NLL    before %.4f, after %.4f
                Adapter         %s
                                %s

                Question        %s

                Base model      %s

                Fine-tuned      %s

                """,
                json.path("firstLoss").asDouble(), json.path("lastLoss").asDouble(),
                json.path("heldOutNll").path("before").asDouble(), json.path("heldOutNll").path("after").asDouble(),
                adapter.path("name").asText(), adapter.path("folder").asText(),
                sample.path("question").asText(), indented(sample.path("base")), indented(sample.path("fineTuned")));
    }

    private static String indented(JsonNode text) {
        return text.asText().strip().replace("\n", "\n" + " ".repeat(16));
    }
}
