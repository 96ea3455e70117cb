package org.medtune.web.rest;

import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.QueryParam;
import java.nio.file.Path;
import java.util.Optional;
import org.medtune.catalogue.Models;
import org.medtune.catalogue.Preview;
import org.medtune.dataset.FieldNames;

/** What a preview is asked for by; the names are those of the job's parameters, as far as it has them. */
public final class PreviewQuery {

    @QueryParam("row")
    @DefaultValue("1")
    private String row;

    @QueryParam("model")
    @DefaultValue("tiny-med-qwen2")
    private String model;

    @QueryParam("template")
    @DefaultValue("medical-reasoning")
    private String template;

    @QueryParam("max.seq.length")
    @DefaultValue("2048")
    private String maxSequenceLength;

    @QueryParam("question")
    private String question;

    @QueryParam("reasoning")
    private String reasoning;

    @QueryParam("response")
    private String response;

    /** The three fields, where all are given. */
    Optional<FieldNames> fields() {
        return question == null || reasoning == null || response == null ? Optional.empty()
                : Optional.of(new FieldNames(question, reasoning, response));
    }

    Preview preview(Path file, Models models) {
        return Preview.of(file, fields(), models.folder(model), template,
                QueryNumber.read("max.seq.length", maxSequenceLength, 1, 1 << 20),
                QueryNumber.read("row", row, 1, Integer.MAX_VALUE));
    }
}
