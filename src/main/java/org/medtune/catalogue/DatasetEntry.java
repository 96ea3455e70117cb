package org.medtune.catalogue;

import java.time.Instant;
import java.util.List;
import org.medtune.dataset.FieldNames;

/**
 * A dataset's file, as the catalogue shows it.
 *
 * @param name     the value of the parameter {@code dataset.file}
 * @param bytes    its size
 * @param modified when it was written
 * @param format   JSON, JSONL, CSV or PARQUET; null where it is none of them
 * @param columns  names of its columns, or of its first row's fields
 * @param schema   the name of a known schema, or null
 * @param fields   question, reasoning and response; null where their names do not tell which they are
 * @param examined whether the whole file has been read; what follows is known only then
 * @param rows     all of them, null before
 * @param rejected rows that cannot be used, null before
 * @param rejects  the first of these with reasons
 * @param sha256   in hexadecimal, null before
 * @param origin   where it was fetched from, or null
 * @param problem  why it cannot be trained on as it is, in a sentence; null if nothing is known against it
 */
public record DatasetEntry(String name, long bytes, Instant modified, String format, List<String> columns,
                           String schema, FieldNames fields, boolean examined, Long rows, Long rejected,
                           List<DatasetExamination.Reject> rejects, String sha256, String origin, String problem) {
}
