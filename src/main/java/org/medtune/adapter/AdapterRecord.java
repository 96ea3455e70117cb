package org.medtune.adapter;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What is recorded beside an adapter so that whoever generates with it does as it was trained.
 *
 * @param promptTemplate name of the prompt template whose training form the rows had; empty when unknown
 * @param maxSequenceLength tokens at which training rows were cut; 0 when unknown
 * @param step optimizer steps taken; 0 when unknown
 * @param baseModel fingerprint of the model that it was trained on
 *     ({@link org.medtune.model.ModelFolder#fingerprint()}); empty when unknown
 * @param baseQuantization how the base model was held in training, such as {@code nf4}; empty when unknown
 * @param loftQIterations iterations of {@link org.medtune.model.LoftQ} with which training began; 0 for none. With
 *     some, the later half of each rank is what the adapter began as, with its sign changed
 */
public record AdapterRecord(String promptTemplate, int maxSequenceLength, int step, String baseModel,
        String baseQuantization, int loftQIterations) {

    /** The record of an adapter that another program made. */
    public static final AdapterRecord UNKNOWN = new AdapterRecord("", 0, 0, "", "");

    /** The record of an adapter that did not begin with LoftQ. */
    public AdapterRecord(
            String promptTemplate, int maxSequenceLength, int step, String baseModel, String baseQuantization) {
        this(promptTemplate, maxSequenceLength, step, baseModel, baseQuantization, 0);
    }

    /** The same after another number of steps. */
    public AdapterRecord afterStep(int number) {
        return new AdapterRecord(
                promptTemplate, maxSequenceLength, number, baseModel, baseQuantization, loftQIterations);
    }

    static AdapterRecord of(JsonNode root) {
        return new AdapterRecord(root.path("promptTemplate").asText(""), root.path("maxSequenceLength").asInt(0),
                root.path("step").asInt(0), root.path("baseModel").asText(""),
                root.path("baseQuantization").asText(""), root.path("loftQIterations").asInt(0));
    }
}
