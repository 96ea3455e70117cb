package org.medtune.dataset;

import java.util.Objects;

/**
 * What evaluation needs of a held-out row besides its tokens: the question to ask and the answer to compare with.
 *
 * @param question the question of the row
 * @param response the response of the row
 */
public record HeldOutReference(String question, String response) {

    public HeldOutReference {
        Objects.requireNonNull(question, "question");
        Objects.requireNonNull(response, "response");
    }
}
