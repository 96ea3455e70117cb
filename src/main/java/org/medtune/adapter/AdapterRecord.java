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
 */
public record AdapterRecord(String promptTemplate, int maxSequenceLength, int step, String baseModel) {

    /** The record of an adapter that another program made. */
    public static final AdapterRecord UNKNOWN = new AdapterRecord("", 0, 0, "");

    static AdapterRecord of(JsonNode root) {
        return new AdapterRecord(root.path("promptTemplate").asText(""), root.path("maxSequenceLength").asInt(0),
                root.path("step").asInt(0), root.path("baseModel").asText(""));
    }
}
