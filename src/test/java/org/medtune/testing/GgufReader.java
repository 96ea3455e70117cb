package org.medtune.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a GGUF file by the letter of its specification. */
public final class GgufReader {

    private final ByteBuffer bytes;
    private final Map<String, Object> metadata = new LinkedHashMap<>();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final int dataStart;

    /**
     * The description of a tensor.
     *
     * @param dimensions the length of a row first
     */
    public record Tensor(long[] dimensions, int type, long offset) {}

    private GgufReader(ByteBuffer bytes) {
        this.bytes = bytes;
        assertThat(string(4)).isEqualTo("GGUF");
        assertThat(bytes.getInt()).isEqualTo(3);
        long tensorCount = bytes.getLong();
        long valueCount = bytes.getLong();
        for (int i = 0; i < valueCount; i++) {
            metadata.put(string((int) bytes.getLong()), value(bytes.getInt()));
        }
        for (int i = 0; i < tensorCount; i++) {
            String name = string((int) bytes.getLong());
            long[] dimensions = new long[bytes.getInt()];
            for (int d = 0; d < dimensions.length; d++) {
                dimensions[d] = bytes.getLong();
            }
            tensors.put(name, new Tensor(dimensions, bytes.getInt(), bytes.getLong()));
        }
        dataStart = (bytes.position() + 31) / 32 * 32;
    }

    /** Reads a file. */
    public static GgufReader read(Path file) throws IOException {
        return new GgufReader(ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN));
    }

    /** Values by key: Integer, Float, Boolean, String, or a list of them. */
    public Map<String, Object> metadata() {
        return metadata;
    }

    /** Descriptions by name. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /** The data from the beginning of a tensor on, little-endian. */
    public ByteBuffer data(String name) {
        long offset = tensors.get(name).offset();
        assertThat(offset % 32).isZero();
        return bytes.slice(dataStart + (int) offset, bytes.limit() - dataStart - (int) offset)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The number that 16 bits stand for by IEEE 754. */
    public static float half(short bits) {
        int exponent = bits >> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        double magnitude = exponent == 0 ? fraction * 0x1p-24 : (1024 + fraction) * Math.pow(2, exponent - 25);
        return (float) (bits < 0 ? -magnitude : magnitude);
    }

    private Object value(int type) {
        return switch (type) {
            case 4, 5 -> bytes.getInt();
            case 6 -> bytes.getFloat();
            case 7 -> bytes.get() == 1;
            case 8 -> string((int) bytes.getLong());
            case 9 -> list(bytes.getInt(), bytes.getLong());
            default -> throw new IllegalArgumentException("type " + type);
        };
    }

    private List<Object> list(int type, long count) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(value(type));
        }
        return values;
    }

    private String string(int length) {
        byte[] text = new byte[length];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
