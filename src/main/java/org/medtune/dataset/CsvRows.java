package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rows of a CSV file behind its header. A row of another number of values than the header's is rejected; past a
 * quote that is out of place nothing tells where the next row begins, so that ends the reading.
 */
final class CsvRows implements RowSource {

    /** What may stand between values; the one that the header has most of does, the first of several. */
    private static final String SEPARATORS = ",;\t";

    private final Path file;
    private final CsvParser parser;
    private final ExampleExtractor extractor;
    private final List<String> columns;

    private CsvRows(Path file, CsvParser parser, ExampleExtractor extractor) {
        this.file = file;
        this.parser = parser;
        this.extractor = extractor;
        this.columns = header();
    }

    /**
     * Opens a file and reads its header.
     *
     * @throws org.medtune.InvalidInputException if it lacks one of the columns
     */
    static CsvRows open(Path file, FieldNames fields, ExampleExtractor extractor) {
        CsvRows rows = open(file, extractor);
        for (String field : fields.all()) {
            if (!rows.columns.contains(field)) {
                rows.close();
                throw MESSAGES.datasetLacksColumn(file, field, String.join(", ", rows.columns));
            }
        }
        return rows;
    }

    /** The names in the header, blanks around them left out. */
    static List<String> columns(Path file) {
        try (CsvRows rows = open(file, new ExampleExtractor(FieldNames.DEFAULT))) {
            return rows.columns;
        }
    }

    private static CsvRows open(Path file, ExampleExtractor extractor) {
        char separator = separator(file);
        Utf8Reader text = Utf8Reader.open(file);
        try {
            CsvParser parser = new CsvFactory().createParser(text);
            parser.setSchema(CsvSchema.emptySchema().withColumnSeparator(separator));
            return new CsvRows(file, parser, extractor);
        } catch (IOException e) {
            text.close();
            throw MESSAGES.readingFailed(file, e.toString(), e);
        } catch (RuntimeException e) {
            text.close();
            throw e;
        }
    }

    private static char separator(Path file) {
        int[] found = new int[SEPARATORS.length()];
        try (LineReader lines = new LineReader(file, Utf8Reader.open(file))) {
            String line = lines.readLine();
            while (line != null && line.isBlank()) {
                line = lines.readLine();
            }
            boolean quoted = false;
            for (int i = 0; line != null && i < line.length(); i++) {
                quoted ^= line.charAt(i) == '"';
                int separator = SEPARATORS.indexOf(line.charAt(i));
                if (!quoted && separator >= 0) {
                    found[separator]++;
                }
            }
        }
        int most = 0;
        for (int i = 1; i < found.length; i++) {
            most = found[i] > found[most] ? i : most;
        }
        return SEPARATORS.charAt(most);
    }

    private List<String> header() {
        List<String> names = nextRow(0, Integer.MAX_VALUE);
        return names.stream().map(String::strip).toList();
    }

    @Override
    public Optional<DatasetRow> next(long number) {
        List<String> values = nextRow(number, columns.size());
        if (values.isEmpty()) {
            return Optional.empty();
        }
        if (values.size() != columns.size()) {
            return Optional.of(DatasetRow.rejected(
                    number, Optional.empty(), MESSAGES.rowOfOtherWidth(values.size(), columns.size())));
        }
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        for (int i = columns.size() - 1; i >= 0; i--) {
            // of two columns of one name the first counts
            row.put(columns.get(i), values.get(i));
        }
        return Optional.of(extractor.extract(number, row));
    }

    /** The values of the next row that is not blank; empty at the end. Of values beyond the width none is kept. */
    private List<String> nextRow(long number, int width) {
        try {
            List<String> values = new ArrayList<>();
            while (parser.nextToken() == JsonToken.START_ARRAY) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    values.add(values.size() < width ? parser.getText() : "");
                }
                if (values.size() > 1 || values.stream().anyMatch(value -> !value.isBlank())) {
                    return values;
                }
                values.clear();
            }
            return values;
        } catch (JacksonException e) {
            int line = (e.getLocation() == null ? parser.currentLocation() : e.getLocation()).getLineNr();
            throw MESSAGES.csvDamaged(file, number, line, e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw MESSAGES.readingFailed(file, e.toString(), e);
        }
    }

    @Override
    public void close() {
        try {
            parser.close();
        } catch (IOException e) {
            throw MESSAGES.readingFailed(file, e.toString(), e);
        }
    }
}
