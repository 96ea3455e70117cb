package org.medtune.web.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.medtune.catalogue.DatasetEntry;
import org.medtune.catalogue.DatasetExamination;
import org.medtune.dataset.FieldNames;

/**
 * A dataset, as the REST interface shows it; what is not known is missing.
 *
 * @param name     the value of the parameter {@code dataset.file}
 * @param bytes    its size
 * @param modified ISO 8601 in UTC
 * @param format   JSON, JSONL, CSV or PARQUET
 * @param columns  of a table, or fields of the first row
 * @param schema   name of a known one
 * @param fields   question, reasoning and response
 * @param examined whether the whole file has been read; what follows is known only then
 * @param rows     all of them
 * @param rejected rows that cannot be used
 * @param rejects  the first of these, with reasons
 * @param sha256   of the file
 * @param origin   where it was fetched from
 * @param problem  why it cannot be trained on as it is, in a sentence
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DatasetView(String name, long bytes, String modified, String format, List<String> columns,
                          String schema, FieldNames fields, boolean examined, Long rows, Long rejected,
                          List<DatasetExamination.Reject> rejects, String sha256, String origin, String problem) {

    static DatasetView of(DatasetEntry entry) {
        return new DatasetView(entry.name(), entry.bytes(), entry.modified().toString(), entry.format(),
                entry.columns(), entry.schema(), entry.fields(), entry.examined(), entry.rows(), entry.rejected(),
                entry.rejects(), entry.sha256(), entry.origin(), entry.problem());
    }
}
