package org.medtune.catalogue;

import java.time.Instant;
import java.util.List;

/**
 * A published adapter, as the catalogue shows it. What is not known is null.
 *
 * @param name           of its folder
 * @param bytes          of all its files
 * @param modified       when it was published
 * @param r              rank
 * @param alpha          numerator of the scaling
 * @param modules        projections that it changes
 * @param baseModel      where its base model was
 * @param baseInstalled  the name of the model of this site that it was trained on, by its fingerprint
 * @param steps          of its training
 * @param quantization   how the base was held in training
 * @param promptTemplate that its rows were put into
 * @param run            instance of the run that published it
 * @param complete       whether it can be used
 * @param problem        why not, in a sentence
 */
public record AdapterEntry(String name, long bytes, Instant modified, Integer r, Double alpha, List<String> modules,
                           String baseModel, String baseInstalled, Integer steps, String quantization,
                           String promptTemplate, Long run, boolean complete, String problem) {
}
