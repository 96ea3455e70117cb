package org.medtune.evaluation;

import org.medtune.generation.ThinkSplitter;

/**
 * What a model has answered, taking the most likely token at each step.
 *
 * @param text   the whole answer, behind the prompt's {@code <think>}
 * @param tokens of the answer, the end token included
 * @param ended  whether the model ended it, and not the limit of tokens
 */
public record GeneratedAnswer(String text, int tokens, boolean ended) {

    /** What it said before {@code </think>}; all of it where that is missing. */
    public String reasoning() {
        return split().reasoning();
    }

    /** What it said behind {@code </think>}; empty where that is missing. */
    public String content() {
        return split().content();
    }

    /** Whether it is as the rows that were trained on: reasoning, one closing tag, and an answer, neither blank. */
    public boolean keepsThinkFormat() {
        ThinkSplitter parts = split();
        return !parts.reasoning().isBlank() && !parts.content().isBlank()
                && !parts.content().contains(ThinkSplitter.CLOSE) && !parts.content().contains(ThinkSplitter.OPEN)
                && !parts.reasoning().contains(ThinkSplitter.OPEN);
    }

    private ThinkSplitter split() {
        ThinkSplitter splitter = new ThinkSplitter(true);
        splitter.append(text);
        splitter.end();
        return splitter;
    }
}
