package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.List;
import java.util.Objects;

/**
 * A question as it is sent.
 *
 * @param question the text
 * @param models   one or two ids of models
 */
public record QuestionBody(String question, List<String> models) {

    /**
     * The body, if it is whole.
     *
     * @throws org.medtune.InvalidInputException naming what it lacks
     */
    static QuestionBody require(QuestionBody body) {
        if (body == null || body.question == null) {
            throw MESSAGES.bodyLacks("question");
        }
        if (body.models == null || body.models.stream().anyMatch(Objects::isNull)) {
            throw MESSAGES.bodyLacks("models");
        }
        return body;
    }
}
