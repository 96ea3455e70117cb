package org.medtune.download;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * What a hub says of a file's content.
 *
 * @param algorithm how it is computed
 * @param value     in hexadecimal, small letters
 */
public record Digest(Algorithm algorithm, String value) {

    /** The ways in which hubs compute it. */
    public enum Algorithm {

        /** Of the content; hubs give it for what lies in Git's large file storage. */
        SHA_256("SHA-256"),

        /** Of the content behind a header with its length, which is the name that Git gives a file's content. */
        GIT_BLOB("SHA-1");

        private final String javaName;

        Algorithm(String javaName) {
            this.javaName = javaName;
        }
    }

    public Digest {
        value = value.toLowerCase(Locale.ROOT);
    }

    /** Computes the digest of a file by an algorithm, or stops when the thread is to stop. */
    static Digest of(Path file, Algorithm algorithm, StopSignal stop) throws IOException {
        MessageDigest digest = newDigest(algorithm);
        if (algorithm == Algorithm.GIT_BLOB) {
            digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
        }
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                stop.check();
                digest.update(buffer, 0, count);
            }
        }
        return new Digest(algorithm, HexFormat.of().formatHex(digest.digest()));
    }

    private static MessageDigest newDigest(Algorithm algorithm) {
        try {
            return MessageDigest.getInstance(algorithm.javaName);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm.javaName, e);
        }
    }
}
