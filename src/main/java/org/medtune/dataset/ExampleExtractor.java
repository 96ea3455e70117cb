package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Makes a row of a JSON value, or says what is wrong with it. */
final class ExampleExtractor {

    private final FieldNames fields;

    ExampleExtractor(FieldNames fields) {
        this.fields = fields;
    }

    DatasetRow extract(long number, JsonNode item) {
        if (!item.isObject()) {
            return DatasetRow.rejected(number, Optional.empty(), MESSAGES.rowIsNoObject(typeOf(item)));
        }
        List<String> problems = new ArrayList<>();
        Optional<String> question = text(item, fields.question(), problems);
        Optional<String> reasoning = text(item, fields.reasoning(), problems);
        Optional<String> response = text(item, fields.response(), problems);
        return problems.isEmpty()
                ? DatasetRow.accepted(
                        number, new ReasoningExample(question.get(), reasoning.get(), response.get()))
                : DatasetRow.rejected(number, question, String.join(" ", problems));
    }

    private static Optional<String> text(JsonNode item, String field, List<String> problems) {
        JsonNode value = item.path(field);
        if (value.isMissingNode()) {
            problems.add(MESSAGES.rowLacksField(field));
        } else if (!value.isTextual()) {
            problems.add(MESSAGES.rowFieldIsNoString(field, typeOf(value)));
        } else if (value.textValue().isBlank()) {
            problems.add(MESSAGES.rowFieldIsBlank(field));
        } else if (value.textValue().codePoints().anyMatch(ExampleExtractor::isSurrogate)) {
            // JSON can spell a lone surrogate as an escape. It cannot be written as UTF-8 again.
            problems.add(MESSAGES.rowFieldIsNoText(field));
        } else {
            return Optional.of(value.textValue());
        }
        return Optional.empty();
    }

    private static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    private static String typeOf(JsonNode value) {
        return value.getNodeType().name().toLowerCase(Locale.ROOT);
    }
}
