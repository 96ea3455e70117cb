package org.medtune.dataset;

import java.util.Optional;

/** Where rows come from in the order of a file: one implementation for each way in which a file can hold rows. */
interface RowSource extends AutoCloseable {

    /**
     * The next row, or empty at the end.
     *
     * @param number the number that the row gets
     */
    Optional<DatasetRow> next(long number);

    @Override
    void close();
}
