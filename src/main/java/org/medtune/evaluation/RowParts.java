package org.medtune.evaluation;

import java.util.Arrays;
import java.util.function.Predicate;
import org.medtune.generation.ThinkSplitter;
import org.medtune.model.Tokenizer;

/**
 * Where the parts of a tokenised row begin. A row that was cut may have no answer, or no reasoning either; these begin
 * at its end then.
 *
 * @param reasoning index of the first token behind the opening tag
 * @param answer    index of the first token behind the closing tag
 */
public record RowParts(int reasoning, int answer) {

    /**
     * Finds them by the text, so that a tag may be one token or several.
     *
     * @param ids    of the row
     * @param prompt the text that the row begins with, up to the opening tag
     */
    public static RowParts of(Tokenizer tokenizer, int[] ids, String prompt) {
        // a question may have the tag in it, too
        int tags = occurrences(prompt, ThinkSplitter.OPEN);
        int reasoning = firstEnd(ids, 0, tokenizer, text -> occurrences(text, ThinkSplitter.OPEN) >= tags);
        return new RowParts(reasoning,
                firstEnd(ids, reasoning, tokenizer, text -> text.contains(ThinkSplitter.CLOSE)));
    }

    /** The least end for which the text from a token on is as wanted; all of the row if it never is. */
    private static int firstEnd(int[] ids, int from, Tokenizer tokenizer, Predicate<String> wanted) {
        int low = from;
        int high = ids.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (wanted.test(tokenizer.decode(Arrays.copyOfRange(ids, from, middle)))) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return high;
    }

    private static int occurrences(String text, String part) {
        int count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }
}
