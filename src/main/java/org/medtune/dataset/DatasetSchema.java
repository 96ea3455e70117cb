package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a dataset's rows consist of, as far as the beginning of its file tells.
 *
 * @param format  how the file holds rows
 * @param columns names of the columns of a table, or of the fields of the first row
 */
public record DatasetSchema(DatasetFormat format, List<String> columns) {

    /** The schema of the fine-tuning tutorial's dataset, whose Chinese part is {@code medical_o1_sft_Chinese.json}. */
    public static final String MEDICAL_O1 = "medical-o1-reasoning-SFT";

    /** What other datasets call the three fields. */
    private static final List<String> QUESTIONS = List.of("question", "query", "instruction", "prompt", "input");
    private static final List<String> REASONINGS =
            List.of("complex_cot", "cot", "reasoning", "chain_of_thought", "thinking", "think", "rationale");
    private static final List<String> RESPONSES =
            List.of("response", "answer", "output", "completion", "final_response");

    /**
     * Looks at the beginning of a file.
     *
     * @throws org.medtune.InvalidInputException if it cannot be read, or is of no format that is known
     */
    public static DatasetSchema of(Path file) {
        DatasetFormat format = DatasetFormat.of(file, FieldNames.DEFAULT);
        return new DatasetSchema(format, switch (format) {
            case JSON, JSONL -> firstObject(file);
            case CSV -> CsvRows.columns(file);
            case PARQUET -> ParquetRows.columns(file);
        });
    }

    private static List<String> firstObject(Path file) {
        JsonMapper mapper = new JsonMapper();
        try (JsonParser parser = mapper.createParser(Utf8Reader.open(file))) {
            JsonToken token = parser.nextToken();
            if (token == JsonToken.START_ARRAY) {
                token = parser.nextToken();
            }
            List<String> names = new ArrayList<>();
            if (token == JsonToken.START_OBJECT) {
                JsonNode first = mapper.readTree(parser);
                first.fieldNames().forEachRemaining(names::add);
            }
            return List.copyOf(names);
        } catch (IOException e) {
            // what is wrong with its rows is told by reading them
            return List.of();
        }
    }

    /** The name of the schema, where it is a known one. */
    public Optional<String> known() {
        return columns.containsAll(FieldNames.DEFAULT.all()) ? Optional.of(MEDICAL_O1) : Optional.empty();
    }

    /** The three fields: the known schema's, or those that are called as such fields often are; nothing without all. */
    public Optional<FieldNames> fields() {
        if (known().isPresent()) {
            return Optional.of(FieldNames.DEFAULT);
        }
        Optional<String> question = named(QUESTIONS);
        Optional<String> reasoning = named(REASONINGS);
        Optional<String> response = named(RESPONSES);
        return question.isPresent() && reasoning.isPresent() && response.isPresent()
                ? Optional.of(new FieldNames(question.get(), reasoning.get(), response.get())) : Optional.empty();
    }

    /**
     * The three fields of rows of which nothing else is known.
     *
     * @throws org.medtune.InvalidInputException if their names do not tell
     */
    public FieldNames requireFields(Path file) {
        return fields().orElseThrow(() -> MESSAGES.fieldsNotKnown(file, String.join(", ", columns)));
    }

    private Optional<String> named(List<String> candidates) {
        return candidates.stream().flatMap(candidate ->
                columns.stream().filter(column -> column.toLowerCase(Locale.ROOT).equals(candidate))).findFirst();
    }
}
