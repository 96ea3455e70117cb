package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The rows of a JSON or JSONL file, numbered. */
final class JsonExampleReader implements ExampleReader {

    /** What JSON allows around its values (RFC 8259, section 2). */
    private static final String JSON_BLANKS = " \t\r\n";

    private final Path file;
    private final RowSource rows;
    private long position;

    private JsonExampleReader(Path file, RowSource rows) {
        this.file = file;
        this.rows = rows;
    }

    static JsonExampleReader open(Path file, FieldNames fields) {
        if (Files.notExists(file)) {
            throw MESSAGES.datasetMissing(file);
        }
        if (Files.isDirectory(file)) {
            throw MESSAGES.datasetIsFolder(file);
        }
        ExampleExtractor extractor = new ExampleExtractor(fields);
        int first = firstCharacter(file);
        return new JsonExampleReader(file, switch (first) {
            case '[' -> new JsonArrayRows(file, openText(file), extractor);
            case '{', -1 -> new JsonLinesRows(new LineReader(file, openText(file)), extractor);
            default -> throw MESSAGES.datasetOfUnknownFormat(file, shown(first));
        });
    }

    /** The first character that is not blank; -1 if there is none. */
    private static int firstCharacter(Path file) {
        try (Utf8Reader reader = openText(file)) {
            int character = reader.read();
            while (character >= 0 && JSON_BLANKS.indexOf(character) >= 0) {
                character = reader.read();
            }
            return character;
        }
    }

    private static Utf8Reader openText(Path file) {
        try {
            return new Utf8Reader(file, Files.newInputStream(file));
        } catch (IOException e) {
            throw MESSAGES.datasetUnreadable(file, e.toString(), e);
        }
    }

    private static String shown(int character) {
        return Character.isISOControl(character)
                ? String.format("the control character U+%04X", character)
                : "'" + Character.toString(character) + "'";
    }

    @Override
    public Optional<DatasetRow> next() {
        Optional<DatasetRow> row = rows.next(position + 1);
        if (row.isPresent()) {
            position++;
        } else if (position == 0) {
            throw MESSAGES.datasetEmpty(file);
        }
        return row;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void close() {
        rows.close();
    }
}
