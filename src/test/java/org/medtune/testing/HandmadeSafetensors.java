package org.medtune.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Safetensors files that no writer would make. */
public final class HandmadeSafetensors {

    private HandmadeSafetensors() {}

    /** Writes a header of the right length, then zeros. */
    public static Path write(Path file, String header, int dataBytes) throws IOException {
        return write(file, header.getBytes(StandardCharsets.UTF_8).length, header, dataBytes);
    }

    /** Writes a header after a length that may have nothing to do with it, then zeros. */
    public static Path write(Path file, long headerLength, String header, int dataBytes) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(headerLength).put(text);
        return Files.write(file, bytes.array());
    }
}
