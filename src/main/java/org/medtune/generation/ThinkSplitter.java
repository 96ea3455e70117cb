package org.medtune.generation;

/**
 * Tells reasoning from content in a text that comes in pieces: reasoning is what stands before {@code </think>},
 * content what stands behind it. Nothing of a tag is ever given out, nor is the blank space between a tag and its
 * neighbours.
 *
 * <p>A reasoning model begins to reason at once, whether the prompt ends in {@code <think>}, the answer begins with it,
 * or the model leaves it out, which DeepSeek's models do at times. Without {@code </think>} its whole answer is
 * reasoning that did not come to an end. Other models' answers are content, unless one begins with {@code <think>}.
 */
public final class ThinkSplitter {

    /** The tag before reasoning. */
    public static final String OPEN = "<think>";

    /** The tag behind reasoning. */
    public static final String CLOSE = "</think>";

    private enum Place { BEGINNING, REASONING, CONTENT }

    private final boolean reasons;
    private final StringBuilder held = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final StringBuilder content = new StringBuilder();
    private Place place = Place.BEGINNING;

    /**
     * A splitter at the beginning of an answer.
     *
     * @param reasons whether the answer begins with reasoning if no tag says so
     */
    public ThinkSplitter(boolean reasons) {
        this.reasons = reasons;
    }

    /** Takes the next piece of the answer. */
    public void append(String piece) {
        held.append(piece);
        if (place == Place.BEGINNING) {
            begin(false);
        }
        if (place == Place.REASONING) {
            reason();
        }
        if (place == Place.CONTENT) {
            give(content, held.length());
        }
    }

    /** Gives out what was held back, after the last piece. */
    public void end() {
        if (place == Place.BEGINNING) {
            begin(true);
        }
        // blank space at the end stays away; half a tag is no tag
        give(place == Place.REASONING ? reasoning : content, endOfText(held.length()));
        held.setLength(0);
    }

    /** The reasoning so far. */
    public String reasoning() {
        return reasoning.toString();
    }

    /** The content so far. */
    public String content() {
        return content.toString();
    }

    private void begin(boolean ended) {
        dropBlank();
        if (held.indexOf(OPEN) == 0) {
            held.delete(0, OPEN.length());
            place = Place.REASONING;
        } else if (ended || !OPEN.startsWith(held.toString())) {
            place = reasons ? Place.REASONING : Place.CONTENT;
        }
    }

    private void reason() {
        int close = held.indexOf(CLOSE);
        if (close >= 0) {
            give(reasoning, endOfText(close));
            held.delete(0, held.indexOf(CLOSE) + CLOSE.length());
            place = Place.CONTENT;
            return;
        }
        int tag = held.length();
        for (int from = Math.max(0, held.length() - CLOSE.length() + 1); from < held.length(); from++) {
            if (CLOSE.startsWith(held.substring(from))) {
                tag = from;
                break;
            }
        }
        give(reasoning, endOfText(tag));
    }

    /** Moves the first characters that are held, without blank space where a text begins. */
    private void give(StringBuilder text, int length) {
        if (text.isEmpty()) {
            int before = held.length();
            dropBlank();
            length -= before - held.length();
        }
        if (length > 0) {
            text.append(held, 0, length);
            held.delete(0, length);
        }
    }

    private void dropBlank() {
        int blank = 0;
        while (blank < held.length() && Character.isWhitespace(held.charAt(blank))) {
            blank++;
        }
        held.delete(0, blank);
    }

    /** Where the text that ends at a place ends without the blank space there. */
    private int endOfText(int end) {
        while (end > 0 && Character.isWhitespace(held.charAt(end - 1))) {
            end--;
        }
        return end;
    }
}
