package org.medtune.web.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.medtune.catalogue.ModelEntry;

/**
 * A base model, as the REST interface shows it; what is not known is missing.
 *
 * @param name          the value of the parameter {@code model.folder}
 * @param bytes         of all its files
 * @param modified      ISO 8601 in UTC
 * @param architecture  such as {@code qwen2}
 * @param parameters    numbers in all weights
 * @param types         of the weights as they are stored
 * @param layers        decoder layers
 * @param contextLength in tokens
 * @param vocabulary    tokens that it knows
 * @param tokenizer     its class in Python
 * @param fingerprint   SHA-256 over names, shapes and samples of its weights; found out in the background
 * @param origin        where it was fetched from
 * @param complete      whether it can be used
 * @param problem       why not, in a sentence
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelView(String name, long bytes, String modified, String architecture, Long parameters,
                        List<String> types, Integer layers, Integer contextLength, Integer vocabulary,
                        String tokenizer, String fingerprint, String origin, boolean complete, String problem) {

    static ModelView of(ModelEntry entry) {
        return new ModelView(entry.name(), entry.bytes(), entry.modified().toString(), entry.architecture(),
                entry.parameters(), entry.types(), entry.layers(), entry.contextLength(), entry.vocabulary(),
                entry.tokenizer(), entry.fingerprint(), entry.origin(), entry.complete(), entry.problem());
    }
}
