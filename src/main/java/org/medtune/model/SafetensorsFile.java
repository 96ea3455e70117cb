package org.medtune.model;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.medtune.tensor.ElementType;

/**
 * A safetensors file whose header has been read and checked; the data is mapped on demand, so nothing is held in
 * memory.
 *
 * <p>Source: the format description of the safetensors project: an unsigned 64-bit little-endian header length, the
 * header as JSON, then the data, offsets counted from the header's end.
 */
public final class SafetensorsFile {

    /** The limit that the reference implementation sets for a header. */
    private static final long LONGEST_HEADER = 100_000_000;

    private final Path file;
    private final long dataStart;
    private final Map<String, Entry> entries;

    private SafetensorsFile(Path file, long dataStart, Map<String, Entry> entries) {
        this.file = file;
        this.dataStart = dataStart;
        this.entries = entries;
    }

    /**
     * One tensor of the file.
     *
     * @param type element type
     * @param shape lengths of the dimensions
     * @param offset first byte, counted from the end of the header
     * @param length bytes
     */
    public record Entry(ElementType type, long[] shape, long offset, long length) {}

    /**
     * Reads and checks the header.
     *
     * @throws org.medtune.InvalidInputException when the file is truncated or is no safetensors file
     * @throws org.medtune.RecoverableException  when it cannot be read
     */
    public static SafetensorsFile open(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            long headerLength = size < Long.BYTES ? -1 : read(channel, 0, Long.BYTES).getLong();
            if (headerLength < 2 || headerLength > LONGEST_HEADER) {
                throw MESSAGES.damagedSafetensors(file, "it does not begin with the length of a header");
            }
            if (headerLength > size - Long.BYTES) {
                throw MESSAGES.truncatedSafetensors(file, size, headerLength + Long.BYTES);
            }
            byte[] header = read(channel, Long.BYTES, (int) headerLength).array();
            long dataStart = Long.BYTES + headerLength;
            Map<String, Entry> entries = entries(file, new ObjectMapper().readTree(header));
            long end = entries.values().stream().mapToLong(e -> e.offset() + e.length()).max().orElse(0);
            if (end > size - dataStart) {
                throw MESSAGES.truncatedSafetensors(file, size, end);
            }
            return new SafetensorsFile(file, dataStart, Collections.unmodifiableMap(entries));
        } catch (JsonProcessingException e) {
            throw MESSAGES.damagedSafetensors(file, "its header is no JSON");
        } catch (IOException e) {
            throw MESSAGES.unreadableModelFile(file, e.toString());
        }
    }

    /** The file's path. */
    public Path path() {
        return file;
    }

    /** The tensors by name, in the order of the header. */
    public Map<String, Entry> entries() {
        return entries;
    }

    /**
     * Maps a part of a tensor's data, read-only and little-endian, without copying.
     *
     * @param offset first byte inside the tensor
     * @param length bytes, at most 2 GiB - 1
     */
    public ByteBuffer map(Entry entry, long offset, int length) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, dataStart + entry.offset() + offset, length)
                    .order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw MESSAGES.unreadableModelFile(file, e.toString());
        }
    }

    private static Map<String, Entry> entries(Path file, JsonNode header) {
        if (!header.isObject()) {
            throw MESSAGES.damagedSafetensors(file, "its header is no JSON object");
        }
        Map<String, Entry> entries = new LinkedHashMap<>();
        header.properties().forEach(property -> {
            if (!property.getKey().equals("__metadata__")) {
                entries.put(property.getKey(), entry(file, property.getKey(), property.getValue()));
            }
        });
        return entries;
    }

    private static Entry entry(Path file, String name, JsonNode node) {
        ElementType type = ElementType.ofSafetensors(node.path("dtype").asText())
                .orElseThrow(() -> MESSAGES.unknownElementType(file, name, node.path("dtype").asText()));
        JsonNode offsets = node.path("data_offsets");
        long start = offsets.path(0).asLong(-1);
        long end = offsets.path(1).asLong(-1);
        long[] shape = shape(node.path("shape"));
        if (start < 0 || end < start || end - start != bytes(type, shape)) {
            throw MESSAGES.damagedSafetensors(file, "the offsets of " + name + " do not fit its shape");
        }
        return new Entry(type, shape, start, end - start);
    }

    /** A shape; of something else, one that no offsets fit. */
    private static long[] shape(JsonNode node) {
        long[] shape = new long[node.size()];
        for (int i = 0; i < shape.length; i++) {
            JsonNode length = node.get(i);
            shape[i] = length != null && length.isIntegralNumber() ? length.asLong(-1) : -1;
        }
        return node.isArray() ? shape : new long[] {-1};
    }

    /** The bytes of a tensor; -1 when there can be no such tensor. */
    private static long bytes(ElementType type, long[] shape) {
        try {
            long bytes = type.bytes();
            for (long length : shape) {
                bytes = length < 0 ? -1 : Math.multiplyExact(bytes, length);
                if (bytes < 0) {
                    return -1;
                }
            }
            return bytes;
        } catch (ArithmeticException e) {
            return -1;
        }
    }

    private static ByteBuffer read(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new IOException("end of file at byte " + (position + buffer.position()));
            }
        }
        return buffer.flip();
    }
}
