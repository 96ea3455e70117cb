package org.medtune.export;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a GGUF file of version 3: metadata by key, then the descriptions of tensors, then their data, each at a
 * multiple of 32 bytes. Little-endian throughout.
 *
 * <p>Source: {@code docs/gguf.md} of ggml.
 */
final class GgufWriter {

    private static final int MAGIC = 0x46554747;
    private static final int VERSION = 3;
    private static final int ALIGNMENT = 32;

    private final Map<String, Value> metadata = new LinkedHashMap<>();
    private final List<TensorPart> tensors = new ArrayList<>();

    /** The types of metadata values that are needed here, with their numbers. */
    private enum ValueType {
        UINT32(4),
        INT32(5),
        FLOAT32(6),
        BOOL(7),
        STRING(8),
        ARRAY(9);

        private final int number;

        ValueType(int number) {
            this.number = number;
        }
    }

    /** The types of tensors that are needed here. */
    enum TensorType {
        F32(0, 1, 4),
        F16(1, 1, 2),
        /** Blocks of 32 numbers: a float16 scale, then 32 signed bytes. */
        Q8_0(8, 32, 34);

        private final int number;
        private final int blockElements;
        private final int blockBytes;

        TensorType(int number, int blockElements, int blockBytes) {
            this.number = number;
            this.blockElements = blockElements;
            this.blockBytes = blockBytes;
        }

        int blockElements() {
            return blockElements;
        }

        long bytes(long elements) {
            return elements / blockElements * blockBytes;
        }
    }

    private record Value(ValueType type, byte[] bytes) {}

    private record TensorPart(String name, TensorType type, long[] shape, Content content) {

        long bytes() {
            long elements = 1;
            for (long length : shape) {
                elements *= length;
            }
            return type.bytes(elements);
        }
    }

    /** The data of a tensor, made when it is written. */
    @FunctionalInterface
    interface Content {

        void writeTo(WritableByteChannel channel) throws IOException;
    }

    GgufWriter put(String key, String value) {
        return put(key, ValueType.STRING, out -> writeString(out, value));
    }

    GgufWriter put(String key, int value) {
        return put(key, ValueType.UINT32, out -> writeInt(out, value));
    }

    GgufWriter put(String key, double value) {
        return put(key, ValueType.FLOAT32, out -> writeInt(out, Float.floatToRawIntBits((float) value)));
    }

    GgufWriter put(String key, boolean value) {
        return put(key, ValueType.BOOL, out -> out.writeByte(value ? 1 : 0));
    }

    GgufWriter putStrings(String key, List<String> values) {
        return put(key, ValueType.ARRAY, out -> {
            writeInt(out, ValueType.STRING.number);
            writeLong(out, values.size());
            for (String value : values) {
                writeString(out, value);
            }
        });
    }

    GgufWriter putIntegers(String key, List<Integer> values) {
        return put(key, ValueType.ARRAY, out -> {
            writeInt(out, ValueType.INT32.number);
            writeLong(out, values.size());
            for (int value : values) {
                writeInt(out, value);
            }
        });
    }

    /**
     * Adds a tensor.
     *
     * @param shape with the length of a row last, as safetensors has it
     */
    GgufWriter add(String name, TensorType type, long[] shape, Content content) {
        tensors.add(new TensorPart(name, type, shape.clone(), content));
        return this;
    }

    /** The bytes of all tensors together with what aligns them. */
    long dataBytes() {
        return tensors.stream().mapToLong(tensor -> aligned(tensor.bytes())).sum();
    }

    /** Writes the file, which must not exist, and forces it to the disk. */
    void write(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            ByteBuffer header = ByteBuffer.wrap(header());
            while (header.hasRemaining()) {
                channel.write(header);
            }
            align(channel);
            for (TensorPart tensor : tensors) {
                long end = channel.position() + tensor.bytes();
                tensor.content().writeTo(channel);
                if (channel.position() != end) {
                    throw new IllegalStateException(tensor.name() + " ends at " + channel.position() + ", not " + end);
                }
                align(channel);
            }
            channel.force(true);
        }
    }

    private byte[] header() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        writeInt(out, MAGIC);
        writeInt(out, VERSION);
        writeLong(out, tensors.size());
        writeLong(out, metadata.size());
        for (Map.Entry<String, Value> entry : metadata.entrySet()) {
            writeString(out, entry.getKey());
            writeInt(out, entry.getValue().type().number);
            out.write(entry.getValue().bytes());
        }
        long offset = 0;
        for (TensorPart tensor : tensors) {
            writeString(out, tensor.name());
            writeInt(out, tensor.shape().length);
            // the length that varies fastest comes first
            for (int i = tensor.shape().length - 1; i >= 0; i--) {
                writeLong(out, tensor.shape()[i]);
            }
            writeInt(out, tensor.type().number);
            writeLong(out, offset);
            offset += aligned(tensor.bytes());
        }
        return bytes.toByteArray();
    }

    private static void align(FileChannel channel) throws IOException {
        long position = channel.position();
        ByteBuffer padding = ByteBuffer.allocate((int) (aligned(position) - position));
        while (padding.hasRemaining()) {
            channel.write(padding);
        }
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private GgufWriter put(String key, ValueType type, Encoding encoding) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            encoding.writeTo(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new IllegalStateException("Writing to memory failed", e);
        }
        metadata.put(key, new Value(type, bytes.toByteArray()));
        return this;
    }

    private interface Encoding {

        void writeTo(DataOutputStream out) throws IOException;
    }

    private static void writeString(DataOutputStream out, String value) throws IOException {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        writeLong(out, bytes.length);
        out.write(bytes);
    }

    private static void writeInt(DataOutputStream out, int value) throws IOException {
        out.writeInt(Integer.reverseBytes(value));
    }

    private static void writeLong(DataOutputStream out, long value) throws IOException {
        out.writeLong(Long.reverseBytes(value));
    }
}
