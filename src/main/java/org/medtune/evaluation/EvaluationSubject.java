package org.medtune.evaluation;

/**
 * What was evaluated, and how.
 *
 * @param name           of the run
 * @param created        when it was started, ISO 8601 in UTC
 * @param model          the base model's name
 * @param adapter        the adapter's name; null where the base model alone is evaluated
 * @param dataset        name of the dataset's file
 * @param heldOut        whether the rows were kept from the training of the other rows
 * @param promptTemplate name of the template that questions were put into
 * @param maxNewTokens   the most tokens of an answer
 * @param computation    device, type and quantisation
 * @param seed           of the intervals
 */
public record EvaluationSubject(String name, String created, String model, String adapter, String dataset,
                                boolean heldOut, String promptTemplate, int maxNewTokens, String computation,
                                long seed) {
}
