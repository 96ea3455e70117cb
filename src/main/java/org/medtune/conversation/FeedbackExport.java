package org.medtune.conversation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.medtune.dataset.FieldNames;

/** Rated answers as a dataset: JSON lines with the fields that the fine-tune job reads by default, and some more. */
public final class FeedbackExport {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private FeedbackExport() {
    }

    /**
     * A line an answer. An answer without reasoning has that field empty, and the fine-tune job rejects the row for it.
     */
    public static String jsonLines(List<RatedAnswer> answers) {
        StringBuilder lines = new StringBuilder();
        answers.forEach(answer -> lines.append(row(answer)).append('\n'));
        return lines.toString();
    }

    private static ObjectNode row(RatedAnswer answer) {
        return MAPPER.createObjectNode()
                .put(FieldNames.DEFAULT.question(), answer.question())
                .put(FieldNames.DEFAULT.reasoning(), answer.reasoning())
                .put(FieldNames.DEFAULT.response(), answer.response())
                .put("rating", answer.feedback().rating().name().toLowerCase(Locale.ROOT))
                .put("comment", answer.feedback().comment())
                .put("model", answer.model())
                .put("turn", answer.turn())
                .put("rated", answer.rated().toString());
    }
}
