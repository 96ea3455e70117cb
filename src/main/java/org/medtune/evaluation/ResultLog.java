package org.medtune.evaluation;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The results of an evaluation so far, a JSON line each, behind a line that says what they are results of. A result
 * that was appended is durable. For one thread.
 */
public final class ResultLog implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Path file;
    private final FileChannel channel;
    private final List<ItemResult> results;

    private ResultLog(Path file, FileChannel channel, List<ItemResult> results) {
        this.file = file;
        this.channel = channel;
        this.results = results;
    }

    /** The first line. */
    private record Header(String fingerprint) {
    }

    /**
     * Goes on behind the last whole line, or begins anew where the file is missing or holds results of something else.
     *
     * @param fingerprint of all that results depend on
     * @throws org.medtune.RecoverableException if the file system refuses
     */
    public static ResultLog open(Path file, String fingerprint) {
        try {
            List<ItemResult> results = new ArrayList<>();
            long length = Files.exists(file) ? read(file, fingerprint, results) : 0;
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel.truncate(length).position(length);
            ResultLog log = new ResultLog(file, channel, results);
            if (length == 0) {
                log.write(new Header(fingerprint));
            }
            return log;
        } catch (IOException e) {
            throw MESSAGES.evaluationUnwritable(file, e.toString(), e);
        }
    }

    /** Adds a result, and makes it durable. */
    public void append(ItemResult result) {
        try {
            write(result);
            results.add(result);
        } catch (IOException e) {
            throw MESSAGES.evaluationUnwritable(file, e.toString(), e);
        }
    }

    /** All of them, in the order of their items. */
    public List<ItemResult> results() {
        return List.copyOf(results);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw MESSAGES.evaluationUnwritable(file, e.toString(), e);
        }
    }

    private void write(Record line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((MAPPER.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(true);
    }

    /** Reads whole lines that belong to the fingerprint; the result is where they end. */
    private static long read(Path file, String fingerprint, List<ItemResult> results) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        long end = 0;
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != '\n') {
                continue;
            }
            String line = new String(bytes, from, i - from, StandardCharsets.UTF_8);
            try {
                if (end == 0) {
                    if (!MAPPER.readValue(line, Header.class).fingerprint().equals(fingerprint)) {
                        MESSAGES.evaluationBeginsAnew(file);
                        return 0;
                    }
                } else {
                    results.add(MAPPER.readValue(line, ItemResult.class));
                }
            } catch (JsonProcessingException e) {
                // a disk that lost its power may have written nonsense; what is before it is kept
                return end;
            }
            from = i + 1;
            end = from;
        }
        return end;
    }
}
