package org.medtune.audit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of the log: a JSON object whose last two fields are {@code previous} and {@code hash}. The hash is the SHA-256
 * of the line's bytes without {@code ,"hash":"..."}, so that it can be checked with any tool, and covers the hash of
 * the line before: whoever changes, removes or inserts a line has to change every later one.
 *
 * @param text     without the line's end
 * @param sequence as the line tells it
 */
record HashedLine(String text, long sequence, String previous, String hash) {

    /** What the first line has for the hash of the line before. */
    static final String NONE = "0".repeat(64);

    // texts have line ends of Unicode within, such as U+2028, which JSON does not escape
    private static final Pattern FORM = Pattern.compile(
            "(\\{\"sequence\":(\\d{1,18}),.*,\"previous\":\"([0-9a-f]{64})\"),\"hash\":\"([0-9a-f]{64})\"\\}",
            Pattern.DOTALL);
    private static final Pattern OPEN = Pattern.compile(
            "(\\{\"sequence\":(\\d{1,18}),.*,\"previous\":\"([0-9a-f]{64})\")\\}", Pattern.DOTALL);

    /** Hashes an object that has no hash yet. */
    static HashedLine seal(String json) {
        Matcher matcher = OPEN.matcher(json);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("no line of an audit log: " + json);
        }
        String hash = sha256(json);
        return new HashedLine(matcher.group(1) + ",\"hash\":\"" + hash + "\"}", Long.parseLong(matcher.group(2)),
                matcher.group(3), hash);
    }

    /** Reads a line; nothing if it has not the form of one. */
    static Optional<HashedLine> read(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(new HashedLine(text, Long.parseLong(matcher.group(2)), matcher.group(3),
                        matcher.group(4)))
                : Optional.empty();
    }

    /** Whether the hash is that of the rest of the line. */
    boolean isIntact() {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches() && sha256(matcher.group(1) + "}").equals(hash);
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java platform lacks SHA-256", e);
        }
    }
}
