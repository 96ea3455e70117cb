package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.nio.file.Path;
import java.util.Optional;

/** The rows of a file of any format, numbered. */
final class FileExampleReader implements ExampleReader {

    private final Path file;
    private final RowSource rows;
    private long position;

    private FileExampleReader(Path file, RowSource rows) {
        this.file = file;
        this.rows = rows;
    }

    static FileExampleReader open(Path file, FieldNames fields) {
        ExampleExtractor extractor = new ExampleExtractor(fields);
        return new FileExampleReader(file, switch (DatasetFormat.of(file, fields)) {
            case JSON -> new JsonArrayRows(file, Utf8Reader.open(file), extractor);
            case JSONL -> new JsonLinesRows(new LineReader(file, Utf8Reader.open(file)), extractor);
            case CSV -> CsvRows.open(file, fields, extractor);
            case PARQUET -> ParquetRows.open(file, fields, extractor);
        });
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
