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

    /** The number of a row, counted from 1. */
    @QueryParam("row")
    @DefaultValue("1")
    private String row;

    /** The name of the base model whose tokens are counted. */
    @QueryParam("model")
    @DefaultValue("tiny-med-qwen2")
    private String model;

    /** The name of the prompt template. */
    @QueryParam("template")
    @DefaultValue("medical-reasoning")
    private String template;

    /** The where a row is cut, in tokens. */
    @QueryParam("max.seq.length")
    @DefaultValue("2048")
    private String maxSequenceLength;

    /** The name of the field of questions; the three fields are told by the dataset unless all are given. */
    @QueryParam("question")
    private String question;

    /** The name of the field of reasoning. */
    @QueryParam("reasoning")
    private String reasoning;

    /** The name of the field of answers. */
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
