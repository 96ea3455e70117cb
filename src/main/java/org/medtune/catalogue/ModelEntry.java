package org.medtune.catalogue;

import java.time.Instant;
import java.util.List;

/**
 * A base model's folder, as the catalogue shows it. What is not known, because something is missing, is null.
 *
 * @param name          the value of the parameter {@code model.folder}
 * @param bytes         of all its files
 * @param modified      when the folder was changed last
 * @param architecture  such as {@code qwen2}
 * @param parameters    numbers in all weights
 * @param types         of the weights as they are stored, such as {@code BF16}
 * @param layers        decoder layers
 * @param contextLength tokens that it was made for
 * @param vocabulary    tokens that it knows
 * @param tokenizer     the class that {@code tokenizer_config.json} names
 * @param fingerprint   SHA-256 over names, shapes and samples of its weights, which adapters name their base by
 * @param origin        where it was fetched from
 * @param complete      whether it can be used
 * @param problem       why not, in a sentence
 */
public record ModelEntry(String name, long bytes, Instant modified, String architecture, Long parameters,
                         List<String> types, Integer layers, Integer contextLength, Integer vocabulary,
                         String tokenizer, String fingerprint, String origin, boolean complete, String problem) {
}
