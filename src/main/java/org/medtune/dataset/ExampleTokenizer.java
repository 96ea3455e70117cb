package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.Arrays;
import java.util.Objects;
import org.medtune.model.Tokenizer;

/** Makes token ids of examples: prompt template, end token, begin token, cut at the largest sequence length. */
public final class ExampleTokenizer {

    private final Tokenizer tokenizer;
    private final PromptTemplate template;
    private final HeldOutSplit split;
    private final int maximumSequenceLength;

    /**
     * @param tokenizer not owned: it must stay open for as long as this is used
     * @param template its training form is used
     * @param split which rows are held out
     * @param maximumSequenceLength in tokens, begin and end token included
     * @throws org.medtune.InvalidInputException if the sequence length leaves nothing to predict
     */
    public ExampleTokenizer(
            Tokenizer tokenizer, PromptTemplate template, HeldOutSplit split, int maximumSequenceLength) {
        this.tokenizer = Objects.requireNonNull(tokenizer, "tokenizer");
        this.template = Objects.requireNonNull(template, "template");
        this.split = Objects.requireNonNull(split, "split");
        if (maximumSequenceLength < TokenizedExample.SHORTEST) {
            throw MESSAGES.sequenceLengthTooShort(maximumSequenceLength, TokenizedExample.SHORTEST);
        }
        this.maximumSequenceLength = maximumSequenceLength;
    }

    /**
     * The ids of one example. A text that is too long loses its end, the end token included.
     *
     * @param row the number of its row
     */
    public TokenizedExample tokenize(long row, ReasoningExample example) {
        String text = template.trainingText(example, tokenizer.endOfSentenceToken());
        int[] ids = tokenizer.encodeWithBeginOfSentence(text);
        boolean truncated = ids.length > maximumSequenceLength;
        return new TokenizedExample(
                row,
                truncated ? Arrays.copyOf(ids, maximumSequenceLength) : ids,
                truncated,
                split.isHeldOut(example.question())
                        ? new HeldOutReference(example.question(), example.response())
                        : null);
    }
}
