package org.medtune.download;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Which files of a repository are wanted, by shell patterns on their paths as the hubs' own programs know them:
 * {@code *} stands for any characters, slashes too, and {@code ?} for one.
 *
 * @param include patterns of which one must match; none for every file
 * @param exclude patterns of which none may match
 */
public record FilePatterns(List<String> include, List<String> exclude) {

    /** Whether a path is wanted. */
    boolean accept(String path) {
        return (include.isEmpty() || anyMatches(include, path)) && !anyMatches(exclude, path);
    }

    private static boolean anyMatches(List<String> patterns, String path) {
        return patterns.stream().anyMatch(pattern -> regular(pattern).matcher(path).matches());
    }

    private static Pattern regular(String pattern) {
        StringBuilder regular = new StringBuilder();
        pattern.codePoints().forEach(character -> {
            switch (character) {
                case '*' -> regular.append(".*");
                case '?' -> regular.append('.');
                default -> regular.append(Pattern.quote(Character.toString(character)));
            }
        });
        return Pattern.compile(regular.toString());
    }
}
