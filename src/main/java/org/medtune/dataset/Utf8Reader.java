package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Strict UTF-8. Other than {@link java.io.InputStreamReader} it says where the first byte is that is none, leaves out a
 * byte order mark, and speaks in sentences: it throws {@link org.medtune.InvalidInputException} for what is not UTF-8
 * and {@link org.medtune.RecoverableException} where the disk fails.
 */
final class Utf8Reader extends Reader {

    private static final int BUFFER_SIZE = 1 << 16;
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final Path file;
    private final InputStream in;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER_SIZE).flip();
    private final CharBuffer characters = CharBuffer.allocate(BUFFER_SIZE).flip();
    private boolean started;
    private boolean ended;

    /** The offset in the file of index 0 of {@link #bytes}. */
    private long bufferOffset;

    Utf8Reader(Path file, InputStream in) {
        this.file = file;
        this.in = in;
    }

    /**
     * Opens a file.
     *
     * @throws org.medtune.InvalidInputException if it cannot be opened
     */
    static Utf8Reader open(Path file) {
        try {
            return new Utf8Reader(file, Files.newInputStream(file));
        } catch (IOException e) {
            throw MESSAGES.datasetUnreadable(file, e.toString(), e);
        }
    }

    @Override
    public int read() {
        return characters.hasRemaining() || decodeMore() ? characters.get() : -1;
    }

    @Override
    public int read(char[] target, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        if (!characters.hasRemaining() && !decodeMore()) {
            return -1;
        }
        int count = Math.min(length, characters.remaining());
        characters.get(target, offset, count);
        return count;
    }

    /** Returns false at the end of the file. */
    private boolean decodeMore() {
        characters.clear();
        while (characters.position() == 0) {
            CoderResult result = decoder.decode(bytes, characters, ended);
            // What was decoded before the error is handed out first; the error is met again at the next call.
            if (result.isError() && characters.position() == 0) {
                throw MESSAGES.notUtf8(file, String.format("0x%02X", bytes.get(bytes.position())),
                        bufferOffset + bytes.position());
            }
            if (characters.position() == 0) {
                if (ended) {
                    characters.flip();
                    return false;
                }
                readMore();
            }
        }
        characters.flip();
        if (!started) {
            started = true;
            if (characters.get(0) == BYTE_ORDER_MARK) {
                characters.get();
                return characters.hasRemaining() || decodeMore();
            }
        }
        return true;
    }

    private void readMore() {
        bufferOffset += bytes.position();
        bytes.compact();
        try {
            int count = in.read(bytes.array(), bytes.position(), bytes.remaining());
            if (count < 0) {
                ended = true;
            } else {
                bytes.position(bytes.position() + count);
            }
        } catch (IOException e) {
            throw MESSAGES.readingFailed(file, e.toString(), e);
        }
        bytes.flip();
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw MESSAGES.readingFailed(file, e.toString(), e);
        }
    }
}
