package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads a dataset row by row, holding one row in memory. For one thread.
 *
 * <p>A row that is no example does not end the reading; it is returned with the reason. What makes the rest of the file
 * unreadable is thrown as {@link org.medtune.InvalidInputException}, and a disk that fails as
 * {@link org.medtune.RecoverableException}.
 */
public interface ExampleReader extends AutoCloseable {

    /**
     * Opens a file of any {@link DatasetFormat}. In texts a byte order mark and either kind of line end are accepted.
     *
     * @param file UTF-8, unless it is Parquet
     * @param fields the names of the fields, which are columns in a table
     * @param selection which rows to read
     * @throws org.medtune.InvalidInputException if the file is missing, not UTF-8 or of another format, or if a table
     *     lacks one of the columns
     * @throws org.medtune.RecoverableException if it cannot be read
     */
    static ExampleReader open(Path file, FieldNames fields, RowSelection selection) {
        ExampleReader all = FileExampleReader.open(file, fields);
        return selection.equals(RowSelection.ALL) ? all : new SelectedExampleReader(all, selection);
    }

    /**
     * The next row, or empty at the end.
     *
     * @throws org.medtune.InvalidInputException if the file goes on in a way that cannot be read, or ends without
     *     having had a row at all
     */
    Optional<DatasetRow> next();

    /** The number of the last row that has been read, 0 before the first; reading can be taken up again from here. */
    long position();

    /**
     * Reads on to a position at which an earlier reader of the same file, with the same selection, has been. The rows
     * before it are read again, since nothing else tells where they end and which of them count.
     *
     * @throws org.medtune.InvalidInputException if there is no such position, because the file was changed
     */
    default void skipTo(long position) {
        boolean ended = false;
        while (position() < position && !ended) {
            ended = next().isEmpty();
        }
        if (position() != position) {
            throw MESSAGES.datasetChangedSince(position, position());
        }
    }

    @Override
    void close();
}
