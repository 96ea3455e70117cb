package org.medtune.audit;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What came of following a log's chain from its first line to its last. A log that was shortened at its end is intact
 * in itself: that is seen by comparing its end with one that was noted before, which {@link #contains} does.
 *
 * @param lines    that are intact
 * @param sequence of the last of them; 0 if there is none
 * @param head     the hash of the last of them
 * @param failure  where the chain breaks and how; empty if it does not
 * @param found    whether the noted line was met; true where none was asked for
 */
public record AuditCheck(long lines, long sequence, String head, String failure, boolean found) {

    /** Follows the chain of the log in a folder. */
    public static AuditCheck of(Path folder) throws IOException {
        return contains(folder, null);
    }

    /**
     * Follows the chain, and looks for a line that was its end at an earlier time.
     *
     * @param head that line's hash; null for none
     */
    public static AuditCheck contains(Path folder, String head) throws IOException {
        Chain chain = new Chain(head);
        for (Path file : new AuditFiles(folder).all()) {
            chain.follow(file);
        }
        return chain.end();
    }

    /**
     * Follows the chain of a log that is being written: through files that are full, and what the last one holds.
     *
     * @param head the hash of the last line, as whoever has written it knows
     */
    static AuditCheck of(List<Path> full, Path current, byte[] content, String head) throws IOException {
        Chain chain = new Chain(head);
        for (Path file : full) {
            chain.follow(file);
        }
        chain.follow(current, new ByteArrayInputStream(content));
        if (chain.failure.isEmpty() && !chain.found) {
            chain.failure = current.getFileName() + ": the line that was written last is missing";
        }
        return chain.end();
    }

    /** Whether nothing was changed, and nothing is missing that was looked for. */
    public boolean intact() {
        return failure.isEmpty() && found;
    }

    private static final class Chain {

        private final String wanted;
        private long lines;
        private long sequence;
        private String previous = HashedLine.NONE;
        private String failure = "";
        private boolean found;

        Chain(String wanted) {
            this.wanted = wanted;
            this.found = HashedLine.NONE.equals(wanted);
        }

        void follow(Path file) throws IOException {
            try (InputStream content = Files.newInputStream(file)) {
                follow(file, content);
            }
        }

        void follow(Path file, InputStream content) throws IOException {
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(content, StandardCharsets.UTF_8.newDecoder()));
            try {
                int number = 0;
                while (failure.isEmpty()) {
                    String line = reader.readLine();
                    if (line == null) {
                        return;
                    }
                    number++;
                    take(line, file.getFileName() + ", line " + number);
                }
            } catch (CharacterCodingException e) {
                failure = file.getFileName() + " is not UTF-8";
            }
        }

        AuditCheck end() {
            return new AuditCheck(lines, sequence, previous, failure, wanted == null || found);
        }

        private void take(String text, String where) {
            Optional<HashedLine> read = HashedLine.read(text);
            if (read.isEmpty()) {
                failure = where + ": no line of an audit log";
                return;
            }
            HashedLine line = read.get();
            if (!line.isIntact()) {
                failure = where + ": the line was changed; its hash is another";
            } else if (line.sequence() != sequence + 1) {
                failure = where + ": number " + line.sequence() + " follows " + sequence;
            } else if (!line.previous().equals(previous)) {
                failure = where + ": it does not follow the line before";
            } else {
                lines++;
                sequence = line.sequence();
                previous = line.hash();
                found |= line.hash().equals(wanted);
            }
        }
    }
}
