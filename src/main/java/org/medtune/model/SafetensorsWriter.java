package org.medtune.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.medtune.tensor.ElementType;

/**
 * Writes a safetensors file, with the metadata {@code format: pt} by which Python's loaders know it.
 * The data starts at a multiple of eight bytes, as the reference implementation writes it.
 */
public final class SafetensorsWriter {

    private final Map<String, Part> parts = new LinkedHashMap<>();

    private record Part(ElementType type, long[] shape, Content content) {

        long bytes() {
            return Arrays.stream(shape).reduce(type.bytes(), (a, b) -> a * b);
        }
    }

    /** The data of a tensor that is made only when it is written. */
    @FunctionalInterface
    public interface Content {

        /** Writes the row-major little-endian bytes, exactly as many as the shape has. */
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    /**
     * Adds a float32 tensor.
     *
     * @param data row-major little-endian bytes of exactly the shape's size; read when the file is written
     */
    public SafetensorsWriter add(String name, long[] shape, ByteBuffer data) {
        return add(name, ElementType.FLOAT32, shape, data);
    }

    /**
     * Adds a tensor.
     *
     * @param data row-major little-endian bytes of exactly the shape's size; read when the file is written
     */
    public SafetensorsWriter add(String name, ElementType type, long[] shape, ByteBuffer data) {
        if (Arrays.stream(shape).reduce(type.bytes(), (a, b) -> a * b) != data.remaining()) {
            throw new IllegalArgumentException(name + " has " + data.remaining() + " bytes");
        }
        return add(name, type, shape, channel -> writeFully(channel, data.duplicate()));
    }

    /** Adds a tensor whose data is made while the file is written. */
    public SafetensorsWriter add(String name, ElementType type, long[] shape, Content content) {
        if (parts.put(name, new Part(type, shape.clone(), content)) != null) {
            throw new IllegalArgumentException(name + " stands here twice");
        }
        return this;
    }

    /**
     * Writes the tensors in the order in which they were added and forces them to the disk.
     *
     * @param file the file, which must not exist
     */
    public void write(Path file) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode header = mapper.createObjectNode();
        header.putObject("__metadata__").put("format", "pt");
        long offset = 0;
        for (Map.Entry<String, Part> part : parts.entrySet()) {
            ObjectNode node = header.putObject(part.getKey())
                    .put("dtype", part.getValue().type().safetensorsName());
            Arrays.stream(part.getValue().shape()).forEach(node.putArray("shape")::add);
            long end = offset + part.getValue().bytes();
            node.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = mapper.writeValueAsBytes(header);
        int padded = (json.length + 7) / 8 * 8;
        ByteBuffer start = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        start.putLong(padded).put(json);
        while (start.hasRemaining()) {
            start.put((byte) ' ');
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            writeFully(channel, start.flip());
            for (Map.Entry<String, Part> part : parts.entrySet()) {
                long end = channel.position() + part.getValue().bytes();
                part.getValue().content().writeTo(channel);
                if (channel.position() != end) {
                    throw new IllegalStateException(part.getKey() + " ends at " + channel.position() + ", not " + end);
                }
            }
            channel.force(true);
        }
    }

    private static void writeFully(WritableByteChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
