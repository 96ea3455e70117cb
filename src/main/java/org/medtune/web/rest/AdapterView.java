package org.medtune.web.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.medtune.catalogue.AdapterEntry;

/**
 * A published adapter, as the REST interface shows it; what is not known is missing.
 *
 * @param name           of its folder
 * @param bytes          of all its files
 * @param modified       ISO 8601 in UTC
 * @param r              rank
 * @param alpha          numerator of the scaling
 * @param modules        projections that it changes
 * @param baseModel      where its base model was
 * @param baseInstalled  the model of this site that it was trained on
 * @param steps          of its training
 * @param quantization   how the base was held in training
 * @param promptTemplate that its rows were put into
 * @param run            instance of the run that published it
 * @param complete       whether it can be used
 * @param problem        why not, in a sentence
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AdapterView(String name, long bytes, String modified, Integer r, Double alpha, List<String> modules,
                          String baseModel, String baseInstalled, Integer steps, String quantization,
                          String promptTemplate, Long run, boolean complete, String problem) {

    static AdapterView of(AdapterEntry entry) {
        return new AdapterView(entry.name(), entry.bytes(), entry.modified().toString(), entry.r(), entry.alpha(),
                entry.modules(), entry.baseModel(), entry.baseInstalled(), entry.steps(), entry.quantization(),
                entry.promptTemplate(), entry.run(), entry.complete(), entry.problem());
    }
}
