package org.medtune.web.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.medtune.catalogue.DatasetExamination;
import org.medtune.catalogue.Upload;
import org.medtune.dataset.FieldNames;

/**
 * A dataset that was sent and is not kept yet, as the REST interface shows it; what is not known is missing.
 *
 * @param id       that it is asked for by
 * @param name     that it will have
 * @param bytes    its size
 * @param received ISO 8601 in UTC
 * @param format   JSON, JSONL, CSV or PARQUET
 * @param columns  of a table, or fields of the first row
 * @param schema   name of a known one
 * @param fields   question, reasoning and response
 * @param rows     all of them
 * @param rejected rows that cannot be used
 * @param rejects  the first of these, with reasons
 * @param sha256   of the file
 * @param problem  why it cannot be trained on as it is, in a sentence
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record UploadView(String id, String name, long bytes, String received, String format, List<String> columns,
                         String schema, FieldNames fields, long rows, long rejected,
                         List<DatasetExamination.Reject> rejects, String sha256, String problem) {

    static UploadView of(Upload upload) {
        return new UploadView(upload.id(), upload.name(), upload.bytes(), upload.received().toString(),
                upload.format(), upload.columns(), upload.schema(), upload.fields(), upload.rows(), upload.rejected(),
                upload.rejects(), upload.sha256(), upload.problem());
    }
}
