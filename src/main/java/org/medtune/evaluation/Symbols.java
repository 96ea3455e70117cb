package org.medtune.evaluation;

/**
 * The characters of a text that count when texts are compared: its code points without blank space, as sacrebleu's
 * {@code tokenize=char} has them. Chinese has no other unit that every tool agrees on.
 */
final class Symbols {

    private Symbols() {
    }

    static int[] of(String text) {
        return text.codePoints().filter(symbol -> !blank(symbol)).toArray();
    }

    /** What Python's {@code str.split} divides at. */
    private static boolean blank(int symbol) {
        return Character.isWhitespace(symbol) || Character.isSpaceChar(symbol) || symbol == 0x85;
    }
}
