package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.nio.file.Path;

/**
 * Lines of bounded length. A file without line ends would otherwise be read into memory as one line.
 */
final class LineReader implements AutoCloseable {

    /** Some ten times the longest context of any model. */
    static final int MAXIMUM_LENGTH = 16 * 1024 * 1024;

    private final Path file;
    private final Utf8Reader reader;
    private final StringBuilder line = new StringBuilder();
    private long lineNumber;
    private boolean terminated = true;

    LineReader(Path file, Utf8Reader reader) {
        this.file = file;
        this.reader = reader;
    }

    /**
     * The next line without its end, which is LF or CR LF; null at the end of the file.
     *
     * @throws org.medtune.InvalidInputException if the line is longer than {@link #MAXIMUM_LENGTH}
     */
    String readLine() {
        line.setLength(0);
        int character = reader.read();
        if (character < 0) {
            return null;
        }
        lineNumber++;
        while (character >= 0 && character != '\n') {
            if (line.length() == MAXIMUM_LENGTH) {
                throw MESSAGES.lineTooLong(lineNumber, file, MAXIMUM_LENGTH);
            }
            line.append((char) character);
            character = reader.read();
        }
        terminated = character == '\n';
        if (line.length() > 0 && line.charAt(line.length() - 1) == '\r') {
            line.setLength(line.length() - 1);
        }
        return line.toString();
    }

    /** The number of the last line, counted from 1. */
    long lineNumber() {
        return lineNumber;
    }

    /** Whether the last line had an end; a file that was written whole has one in every line. */
    boolean terminated() {
        return terminated;
    }

    @Override
    public void close() {
        reader.close();
    }
}
