package org.medtune.generation;

import java.util.Arrays;
import org.medtune.model.Tokenizer;

/**
 * Turns tokens into text while they come. A character may be spread over several tokens, so text is given out only as
 * far as it is sure: it never ends in half a character, and all pieces together are what the tokenizer makes of all
 * tokens at once. Special tokens are left out. Used by one thread.
 *
 * <p>Only the tokens since the last place where a character ended are decoded anew, with those of one such stretch
 * before them, because some tokenizers write the first token of a text differently.
 */
public final class TextDecoder {

    /** What stands for bytes that are no character, or not yet one. */
    private static final char REPLACEMENT = '\uFFFD';

    /** The bytes that a character can lack, which a tokenizer with byte tokens replaces one by one. */
    private static final int LONGEST_UNFINISHED = 3;

    private final Tokenizer tokenizer;
    private int[] window = new int[16];
    private int length;
    private int context;
    private String contextText = "";
    private int given;

    /** A decoder at the beginning of a text. */
    public TextDecoder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** Takes the next token; the result is what is sure of the text now and was not before, often nothing. */
    public String append(int token) {
        if (length == window.length) {
            window = Arrays.copyOf(window, 2 * length);
        }
        window[length++] = token;
        String text = text();
        int sure = text.length();
        while (sure > 0 && text.length() - sure < LONGEST_UNFINISHED && text.charAt(sure - 1) == REPLACEMENT) {
            sure--;
        }
        String piece = give(text, sure);
        if (sure == text.length() && !text.isEmpty()) {
            window = Arrays.copyOfRange(window, context, Math.max(window.length, length) + context);
            length -= context;
            context = length;
            contextText = tokenizer.decodeSkippingSpecialTokens(Arrays.copyOf(window, length));
            given = 0;
        }
        return piece;
    }

    /** The rest, after the last token. */
    public String end() {
        String text = text();
        return give(text, text.length());
    }

    private String text() {
        String all = tokenizer.decodeSkippingSpecialTokens(Arrays.copyOf(window, length));
        return all.startsWith(contextText) ? all.substring(contextText.length()) : "";
    }

    private String give(String text, int sure) {
        if (sure <= given) {
            return "";
        }
        String piece = text.substring(given, sure);
        given = sure;
        return piece;
    }
}
