package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.medtune.InvalidInputException;

/** How a file holds rows. What a file begins with tells; its name does only for a table whose columns are unknown. */
public enum DatasetFormat {

    /** One array of objects. */
    JSON,

    /** An object a line. */
    JSONL,

    /** Values between commas, semicolons or tabs, the names of the columns first (RFC 4180). */
    CSV,

    /** Apache Parquet. */
    PARQUET;

    /** What JSON allows around its values (RFC 8259, section 2). */
    private static final String JSON_BLANKS = " \t\r\n";

    private static final byte[] PARQUET_BEGIN = "PAR1".getBytes(StandardCharsets.US_ASCII);

    /**
     * The format of a file. An empty one is {@link #JSONL} without a row.
     *
     * @param fields names of columns that tell a CSV file whose name does not end with {@code .csv} or {@code .tsv}
     * @throws org.medtune.InvalidInputException if the file is missing, unreadable or of no format that is known
     */
    public static DatasetFormat of(Path file, FieldNames fields) {
        if (Files.notExists(file)) {
            throw MESSAGES.datasetMissing(file);
        }
        if (Files.isDirectory(file)) {
            throw MESSAGES.datasetIsFolder(file);
        }
        if (beginsAsParquet(file)) {
            return PARQUET;
        }
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        int first = firstCharacter(file);
        if (first == '[') {
            return JSON;
        }
        if (first == '{' || first < 0) {
            return JSONL;
        }
        if (name.endsWith(".csv") || name.endsWith(".tsv") || beginsWithHeader(file, fields)) {
            return CSV;
        }
        throw MESSAGES.datasetOfUnknownFormat(file, shown(first));
    }

    private static boolean beginsAsParquet(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(PARQUET_BEGIN, in.readNBytes(PARQUET_BEGIN.length));
        } catch (IOException e) {
            throw MESSAGES.datasetUnreadable(file, e.toString(), e);
        }
    }

    private static boolean beginsWithHeader(Path file, FieldNames fields) {
        try {
            return CsvRows.columns(file).containsAll(fields.all());
        } catch (InvalidInputException e) {
            // text without lines, or with quotes that mean something else
            return false;
        }
    }

    /** The first character that is not blank; -1 if there is none. */
    private static int firstCharacter(Path file) {
        try (Utf8Reader reader = Utf8Reader.open(file)) {
            int character = reader.read();
            while (character >= 0 && JSON_BLANKS.indexOf(character) >= 0) {
                character = reader.read();
            }
            return character;
        }
    }

    private static String shown(int character) {
        return Character.isISOControl(character)
                ? String.format("the control character U+%04X", character)
                : "'" + Character.toString(character) + "'";
    }
}
