package org.medtune.catalogue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.medtune.MedtuneException;
import org.medtune.dataset.DatasetRow;
import org.medtune.dataset.DatasetSchema;
import org.medtune.dataset.ExampleReader;
import org.medtune.dataset.FieldNames;
import org.medtune.dataset.RowSelection;
import org.medtune.dataset.Sha256;

/**
 * What reading a whole dataset tells.
 *
 * @param fields   the three fields, as they were given or guessed; null where they are not known
 * @param rows     all rows that were read
 * @param rejected of them
 * @param rejects  the first of them
 * @param sha256   of the file, in hexadecimal; null where it could not be read
 * @param problem  why it cannot be trained on as it is; null if it can
 */
public record DatasetExamination(FieldNames fields, long rows, long rejected, List<Reject> rejects, String sha256,
                                 String problem) {

    /** More would not be read. */
    private static final int REJECTS_SHOWN = 20;

    /**
     * A row that cannot be used.
     *
     * @param row    its number, counted from 1
     * @param reason in a sentence
     */
    public record Reject(long row, String reason) {
    }

    /** Reads a file, the three fields being guessed from their names. */
    static DatasetExamination of(Path file) {
        try {
            return of(file, DatasetSchema.of(file).requireFields(file));
        } catch (MedtuneException e) {
            return new DatasetExamination(null, 0, 0, List.of(), sha256(file), e.getMessage());
        }
    }

    /** Reads a file. */
    static DatasetExamination of(Path file, FieldNames fields) {
        long rows = 0;
        long rejected = 0;
        List<Reject> rejects = new ArrayList<>();
        String problem = null;
        try (ExampleReader reader = ExampleReader.open(file, fields, RowSelection.ALL)) {
            for (Optional<DatasetRow> row = reader.next(); row.isPresent(); row = reader.next()) {
                rows++;
                if (row.get().rejection().isPresent()) {
                    rejected++;
                    if (rejects.size() < REJECTS_SHOWN) {
                        rejects.add(new Reject(row.get().number(), row.get().rejection().get()));
                    }
                }
            }
        } catch (MedtuneException e) {
            problem = e.getMessage();
        }
        return new DatasetExamination(fields, rows, rejected, List.copyOf(rejects), sha256(file), problem);
    }

    private static String sha256(Path file) {
        try {
            return Sha256.of(file);
        } catch (IOException e) {
            return null;
        }
    }
}
