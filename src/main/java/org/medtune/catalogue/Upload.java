package org.medtune.catalogue;

import java.time.Instant;
import java.util.List;
import org.medtune.dataset.FieldNames;

/**
 * A dataset that was sent and is not kept yet.
 *
 * @param id       that it is asked for by
 * @param name     that it will have
 * @param bytes    its size
 * @param received when it was there
 * @param format   JSON, JSONL, CSV or PARQUET; null where it is none of them
 * @param columns  names of its columns, or of its first row's fields
 * @param schema   the name of a known schema, or null
 * @param fields   question, reasoning and response; null where their names do not tell which they are
 * @param rows     all of them
 * @param rejected rows that cannot be used
 * @param rejects  the first of these with reasons
 * @param sha256   in hexadecimal
 * @param problem  why it cannot be trained on as it is, in a sentence; null if it can
 */
public record Upload(String id, String name, long bytes, Instant received, String format, List<String> columns,
                     String schema, FieldNames fields, long rows, long rejected,
                     List<DatasetExamination.Reject> rejects, String sha256, String problem) {
}
