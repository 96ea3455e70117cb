package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Optional;

/** The lines of a JSONL file (jsonlines.org). Blank lines are no rows; a line that is no JSON is a rejected row. */
final class JsonLinesRows implements RowSource {

    private final LineReader lines;
    private final ExampleExtractor extractor;
    private final ObjectReader json =
            new JsonMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    JsonLinesRows(LineReader lines, ExampleExtractor extractor) {
        this.lines = lines;
        this.extractor = extractor;
    }

    @Override
    public Optional<DatasetRow> next(long number) {
        String line = lines.readLine();
        while (line != null && line.isBlank()) {
            line = lines.readLine();
        }
        if (line == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(extractor.extract(number, json.readTree(line)));
        } catch (JsonProcessingException e) {
            return Optional.of(DatasetRow.rejected(
                    number, Optional.empty(), MESSAGES.rowIsNoJson(lines.lineNumber(), e.getOriginalMessage())));
        }
    }

    @Override
    public void close() {
        lines.close();
    }
}
