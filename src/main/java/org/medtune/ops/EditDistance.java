package org.medtune.ops;

import java.util.Collection;
import java.util.Comparator;

/** Levenshtein's distance: letters inserted, deleted or replaced between two words. */
final class EditDistance {

    private EditDistance() {
    }

    /** The word nearest to {@code unknown}, the first in alphabetical order of several; there must be one. */
    static String nearest(String unknown, Collection<String> words) {
        return words.stream()
                .min(Comparator.<String>comparingInt(word -> between(unknown, word)).thenComparing(word -> word))
                .orElseThrow();
    }

    private static int between(String from, String to) {
        int[] distances = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            distances[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = distances[0];
            distances[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = distances[j];
                distances[j] = Math.min(replaced, 1 + Math.min(distances[j], distances[j - 1]));
            }
        }
        return distances[to.length()];
    }
}
