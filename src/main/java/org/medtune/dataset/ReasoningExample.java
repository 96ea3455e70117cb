package org.medtune.dataset;

import java.util.Objects;

/**
 * One example to learn from: a question, the reasoning that leads to the answer, and the answer.
 *
 * @param question not blank
 * @param reasoning not blank
 * @param response not blank
 */
public record ReasoningExample(String question, String reasoning, String response) {

    public ReasoningExample {
        Objects.requireNonNull(question, "question");
        Objects.requireNonNull(reasoning, "reasoning");
        Objects.requireNonNull(response, "response");
    }
}
