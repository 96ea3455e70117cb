package org.medtune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;
import org.medtune.RecoverableException;
import org.medtune.tensor.ElementType;
import org.medtune.testing.HandmadeSafetensors;

/** Safetensors files, read and written, whole and damaged. */
class SafetensorsFileTest {

    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        // given
        float[] matrix = {1.5f, -2f, Float.MIN_VALUE, Float.NaN, Float.NEGATIVE_INFINITY, -0f};
        float[] vector = {7f};

        // when
        new SafetensorsWriter()
                .add("b", new long[] {2, 3}, bytes(matrix))
                .add("a", new long[] {1}, bytes(vector))
                .add("none", new long[] {0, 4}, bytes())
                .write(file());

        // then
        SafetensorsFile read = SafetensorsFile.open(file());
        assertThat(read.entries().keySet()).containsExactly("b", "a", "none");
        assertThat(read.entries().get("b").shape()).containsExactly(2, 3);
        assertThat(read.entries().get("none").length()).isZero();
        assertThat(floats(read, "b")).isEqualTo(matrix);
        assertThat(floats(read, "a")).isEqualTo(vector);
    }

    @Test
    void aPartOfATensorCanBeMapped() throws IOException {
        // given
        new SafetensorsWriter().add("x", new long[] {4}, bytes(1, 2, 3, 4)).write(file());
        SafetensorsFile read = SafetensorsFile.open(file());

        // when
        ByteBuffer part = read.map(read.entries().get("x"), 4, 8);

        // then
        assertThat(part.getFloat()).isEqualTo(2f);
        assertThat(part.getFloat()).isEqualTo(3f);
        assertThat(part.hasRemaining()).isFalse();
    }

    @Test
    void theDataOfAWrittenFileIsAligned() throws IOException {
        // given: names of every length modulo 8
        for (int length = 1; length <= 8; length++) {
            Path file = folder.resolve(length + ".safetensors");
            new SafetensorsWriter().add("n".repeat(length), new long[] {1}, bytes(1)).write(file);

            // then
            assertThat(ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8).isZero();
        }
    }

    @Test
    void aTensorOfAnotherSizeOrASecondTimeIsNotWritten() {
        SafetensorsWriter writer = new SafetensorsWriter().add("x", new long[] {1}, bytes(1));
        assertThatThrownBy(() -> writer.add("y", new long[] {2}, bytes(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> writer.add("x", new long[] {1}, bytes(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFileCutAnywhereIsRefused() throws IOException {
        // given
        new SafetensorsWriter().add("x", new long[] {3}, bytes(1, 2, 3)).write(file());
        byte[] whole = Files.readAllBytes(file());

        IntStream.range(0, whole.length).forEach(length -> {
            // when
            write(Arrays.copyOf(whole, length));

            // then
            if (length < Long.BYTES) {
                assertThatThrownBy(() -> SafetensorsFile.open(file()))
                        .isInstanceOf(InvalidInputException.class)
                        .hasMessageStartingWith("MEDTUNE000207: ")
                        .hasMessageContaining("does not begin with the length of a header");
            } else {
                assertThatThrownBy(() -> SafetensorsFile.open(file()))
                        .isInstanceOf(InvalidInputException.class)
                        .hasMessageStartingWith("MEDTUNE000206: ")
                        .hasMessageContaining(file().toString())
                        .hasMessageContaining("it has " + length + " bytes")
                        .hasMessageContaining("Copy it again");
            }
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 100_000_001L, 0x7d7b5f7b7d7b5f7bL})
    void aHeaderLengthThatIsNonsenseIsRefused(long headerLength) throws IOException {
        HandmadeSafetensors.write(file(), headerLength, "{}", 100);
        assertThatDamageIsRefused("does not begin with the length of a header");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"x\": ", "not JSON at all", "{\"x\" {}}"})
    void aHeaderThatIsNoJsonIsRefused(String header) throws IOException {
        HandmadeSafetensors.write(file(), header, 100);
        assertThatDamageIsRefused("its header is no JSON");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "42", "\"x\"", "    ", "null"})
    void aHeaderThatIsNoObjectIsRefused(String header) throws IOException {
        HandmadeSafetensors.write(file(), header, 100);
        assertThatDamageIsRefused("its header is no JSON object");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "'shape': [2], 'data_offsets': [0, 4]",
        "'shape': [2], 'data_offsets': [0, 12]",
        "'shape': [2], 'data_offsets': [8, 0]",
        "'shape': [2], 'data_offsets': [-8, 0]",
        "'shape': [2], 'data_offsets': [0]",
        "'shape': [2], 'data_offsets': 'none'",
        "'shape': [2]",
        "'shape': [-2], 'data_offsets': [0, 8]",
        "'shape': [-1, -2], 'data_offsets': [0, 8]",
        "'shape': ['a', 'b'], 'data_offsets': [0, 4]",
        "'shape': [1.5], 'data_offsets': [0, 4]",
        "'shape': '2', 'data_offsets': [0, 4]",
        "'data_offsets': [0, 4]",
        "'shape': [4294967296, 4294967296], 'data_offsets': [0, 0]",
        "'shape': [2305843009213693952, 8], 'data_offsets': [0, 0]"
    })
    void offsetsThatDoNotFitTheShapeAreRefused(String entry) throws IOException {
        HandmadeSafetensors.write(file(), ("{'x': {'dtype': 'F32', " + entry + "}}").replace('\'', '"'), 100);
        assertThatDamageIsRefused("the offsets of x do not fit its shape");
    }

    @Test
    void dataThatWouldEndBeyondAllFilesIsTruncated() throws IOException {
        // given: an end so large that adding the header's length to it overflows
        long end = Long.MAX_VALUE - 7;
        HandmadeSafetensors.write(file(),
                "{\"x\": {\"dtype\": \"U8\", \"shape\": [" + end + "], \"data_offsets\": [0, " + end + "]}}", 100);

        // then
        assertThatThrownBy(() -> SafetensorsFile.open(file()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000206: ");
    }

    @ParameterizedTest
    @CsvSource({"F8_E4M3", "BOOL", "C64", "f32", "''"})
    void anUnknownElementTypeIsNamed(String type) throws IOException {
        HandmadeSafetensors.write(file(),
                "{\"x\": {\"dtype\": \"" + type + "\", \"shape\": [4], \"data_offsets\": [0, 4]}}", 4);
        assertThatThrownBy(() -> SafetensorsFile.open(file()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000208: ")
                .hasMessageContaining("the tensor x in the unknown element type '" + type + "'")
                .hasMessageContaining("BF16, F16 or F32");
    }

    @ParameterizedTest
    @EnumSource
    void everyElementTypeIsRead(ElementType type) throws IOException {
        // given
        int bytes = 3 * type.bytes();
        HandmadeSafetensors.write(file(), "{\"__metadata__\": {\"format\": \"pt\"}, \"x\": {\"dtype\": \""
                + type.safetensorsName() + "\", \"shape\": [3], \"data_offsets\": [0, " + bytes + "]}}", bytes);

        // then
        assertThat(SafetensorsFile.open(file()).entries()).containsOnlyKeys("x");
        assertThat(SafetensorsFile.open(file()).entries().get("x").type()).isEqualTo(type);
    }

    @Test
    void aFileThatCannotBeReadIsNamed() {
        assertThatThrownBy(() -> SafetensorsFile.open(file()))
                .isInstanceOf(RecoverableException.class)
                .hasMessageStartingWith("MEDTUNE000202: ")
                .hasMessageContaining(file().toString());
    }

    private void assertThatDamageIsRefused(String reason) {
        assertThatThrownBy(() -> SafetensorsFile.open(file()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000207: ")
                .hasMessageContaining(file().toString())
                .hasMessageContaining(reason);
    }

    private Path file() {
        return folder.resolve("x.safetensors");
    }

    private void write(byte[] content) {
        try {
            Files.write(file(), content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ByteBuffer bytes(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    private static float[] floats(SafetensorsFile file, String name) {
        SafetensorsFile.Entry entry = file.entries().get(name);
        float[] values = new float[(int) entry.length() / Float.BYTES];
        file.map(entry, 0, (int) entry.length()).asFloatBuffer().get(values);
        return values;
    }
}
