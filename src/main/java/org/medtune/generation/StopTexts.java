package org.medtune.generation;

import java.util.List;

/**
 * Finds the first stop text in a text that comes in pieces. What could be the beginning of one is held back until it is
 * known, so that nothing of a stop text is ever given out.
 */
final class StopTexts {

    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private boolean found;

    StopTexts(List<String> stops) {
        this.stops = stops;
    }

    /** Whether a stop text has come; nothing is given out any more then. */
    boolean found() {
        return found;
    }

    /** Takes the next piece; the result is what can be given out. */
    String append(String piece) {
        if (found) {
            return "";
        }
        held.append(piece);
        int first = stops.stream().mapToInt(held::indexOf).filter(index -> index >= 0).min().orElse(-1);
        if (first >= 0) {
            found = true;
            return take(first);
        }
        int from = held.length();
        for (String stop : stops) {
            from = Math.min(from, beginning(stop));
        }
        return take(from);
    }

    /** What was held back, after the last piece. */
    String end() {
        return found ? "" : take(held.length());
    }

    /** Where the longest end of the text that is a beginning of a stop text starts. */
    private int beginning(String stop) {
        for (int from = Math.max(0, held.length() - stop.length() + 1); from < held.length(); from++) {
            if (stop.startsWith(held.substring(from))) {
                return from;
            }
        }
        return held.length();
    }

    private String take(int length) {
        String taken = held.substring(0, length);
        held.delete(0, length);
        return taken;
    }
}
