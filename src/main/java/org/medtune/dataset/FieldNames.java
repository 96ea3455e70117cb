package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.List;

/**
 * The names of the three fields of a dataset's rows; other fields are ignored.
 *
 * @param question the field with the question
 * @param reasoning the field with the chain of thought
 * @param response the field with the answer
 */
public record FieldNames(String question, String reasoning, String response) {

    /** The names in FreedomIntelligence/medical-o1-reasoning-SFT. */
    public static final FieldNames DEFAULT = new FieldNames("Question", "Complex_CoT", "Response");

    /**
     * @throws org.medtune.InvalidInputException if a name is blank or two are equal
     */
    public FieldNames {
        if (question.isBlank() || reasoning.isBlank() || response.isBlank()
                || question.equals(reasoning) || question.equals(response) || reasoning.equals(response)) {
            throw MESSAGES.invalidFieldNames(question, reasoning, response);
        }
    }

    /** The three names. */
    public List<String> all() {
        return List.of(question, reasoning, response);
    }
}
