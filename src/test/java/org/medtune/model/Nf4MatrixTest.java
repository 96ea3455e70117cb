package org.medtune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorRuntime;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.Golden;

@DisplayName("A matrix of 4 bits a weight")
class Nf4MatrixTest {

    private static final int BLOCK = Nf4Matrix.BLOCK;

    private final TensorScope scope = TensorRuntime.on(ComputeDevice.CPU).newScope();

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    @DisplayName("has the code book of bitsandbytes, to the last bit, looked up by byte")
    void codeBook() throws IOException {
        // given
        float[] book = codeBookOfBitsandbytes();

        // when
        FloatBuffer pairs = new Nf4Matrix(scope, ElementType.FLOAT32).bytes().toBytes().asFloatBuffer();

        // then: the first of two weights is in the upper half
        for (int code = 0; code < 256; code++) {
            assertThat(pairs.get(2 * code)).isEqualTo(book[code >> 4]);
            assertThat(pairs.get(2 * code + 1)).isEqualTo(book[code & 15]);
        }
    }

    @Test
    @DisplayName("is as close to normal numbers as bitsandbytes measures of itself at blocks of 64")
    void errorOfNormalNumbers() throws IOException {
        // given
        JsonNode golden = golden();
        float[] numbers = normal(1 << 20, 1, 1);

        // when: before the scales are quantised too
        float[] kept = withExactScales(numbers);

        // then: within seven standard deviations, as its test has it
        assertThat(meanError(numbers, kept)).isCloseTo(golden.at("/nf4_err/64/0").asDouble(),
                within(7 * golden.at("/nf4_err/64/1").asDouble()));
        assertThat(meanRelativeError(numbers, kept)).isCloseTo(golden.at("/nf4_rel_err/64/0").asDouble(),
                within(7 * golden.at("/nf4_rel_err/64/1").asDouble()));
    }

    @Test
    @DisplayName("loses little by the quantisation of its scales")
    void errorOfScales() {
        // given
        float[] numbers = normal(1 << 20, 2, 0.02);
        float[] exact = withExactScales(numbers);

        // when
        float[] kept = dense(matrix(ElementType.FLOAT32, List.of(numbers), 1024), ElementType.FLOAT32, 1024, 1024);

        // then: a scale is off by half a step of the code book at most, as a share of its distance from the mean
        float[] scales = largestOfBlocks(numbers);
        double mean = 0;
        for (float scale : scales) {
            mean += (double) scale / scales.length;
        }
        for (int group = 0; group < scales.length; group += 256) {
            double furthest = 0;
            for (int block = group; block < group + 256; block++) {
                furthest = Math.max(furthest, Math.abs(scales[block] - mean));
            }
            for (int i = group * BLOCK; i < (group + 256) * BLOCK; i++) {
                assertThat(Math.abs(kept[i] - exact[i])).isLessThan((float) (0.0071 * furthest));
            }
        }
        assertThat(meanError(numbers, kept)).isLessThan(1.002 * meanError(numbers, exact));
    }

    @Test
    @DisplayName("keeps what 16 steps can tell, and zeros")
    void roundTrip() throws IOException {
        // given: each block the code book times one scale, so that the scales are their mean; then a matrix of zeros
        float[] book = codeBookOfBitsandbytes();
        float[] numbers = new float[256 * BLOCK];
        Random random = new Random(3);
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = 0.25f * book[i % BLOCK < 16 ? i % 16 : random.nextInt(16)];
        }

        // when
        Tensor matrix = matrix(ElementType.FLOAT32, List.of(numbers, new float[BLOCK * 3]), BLOCK);
        float[] kept = dense(matrix, ElementType.FLOAT32, BLOCK, 256, 3);

        // then
        for (int i = 0; i < numbers.length; i++) {
            assertThat(kept[i]).isEqualTo(numbers[i]);
        }
        for (int i = numbers.length; i < kept.length; i++) {
            assertThat(kept[i]).isZero();
        }
    }

    @Test
    @DisplayName("has blocks that end with each of the stacked matrices, whatever their sizes")
    void stackedMatrices() {
        // given: 150, 350 and 64,000 weights, none of them whole groups, two of them no whole blocks
        List<float[]> parts = List.of(normal(150, 4, 1), normal(350, 5, 30), normal(64_000, 6, 0.1));

        // when
        float[] stacked = dense(matrix(ElementType.FLOAT32, parts, 50), ElementType.FLOAT32, 50, 3, 7, 1280);

        // then: each is what it is alone
        int offset = 0;
        for (float[] part : parts) {
            Tensor alone = matrix(ElementType.FLOAT32, List.of(part), 50);
            float[] expected = dense(alone, ElementType.FLOAT32, 50, part.length / 50);
            for (int i = 0; i < expected.length; i++) {
                assertThat(stacked[offset + i]).isEqualTo(expected[i]);
            }
            assertThat(meanError(part, expected) / meanMagnitude(part)).isLessThan(0.11);
            offset += part.length;
        }
    }

    @Test
    @DisplayName("is the same, read at once or in pieces of whole blocks")
    void pieces() {
        // given
        float[] numbers = normal(128 * 30, 7, 1);

        // when
        Nf4Matrix matrix = new Nf4Matrix(scope, ElementType.FLOAT32);
        for (int row = 0; row < 128; row += 32) {
            matrix.add(tensor(Arrays.copyOfRange(numbers, row * 30, (row + 32) * 30), 32, 30));
        }
        matrix.endMatrix();

        // then
        assertThat(matrix.bytes().toBytes())
                .isEqualTo(matrix(ElementType.FLOAT32, List.of(numbers), 30).toBytes());
    }

    @Test
    @DisplayName("is rounded to bfloat16 only where products are in bfloat16")
    void bfloat16() {
        // given
        float[] numbers = normal(1 << 16, 8, 0.02);

        // when
        float[] wide = dense(matrix(ElementType.FLOAT32, List.of(numbers), 256), ElementType.FLOAT32, 256, 256);
        float[] narrow = dense(matrix(ElementType.BFLOAT16, List.of(numbers), 256), ElementType.BFLOAT16, 256, 256);

        // then: the entry of the code book and the product are rounded to 8 bits each
        for (int i = 0; i < numbers.length; i++) {
            assertThat(narrow[i]).isCloseTo(wide[i], within(Math.abs(wide[i]) / 128));
        }
    }

    @Test
    @DisplayName("takes 4.13 bits a weight, and as many bytes as were announced")
    void size() {
        for (List<Long> rows : List.of(List.of(512L), List.of(384L, 128L, 128L), List.of(3L, 7L))) {
            // given
            List<float[]> parts = rows.stream().map(count -> new float[(int) (count * 500)]).toList();

            // then
            for (ElementType type : List.of(ElementType.FLOAT32, ElementType.BFLOAT16)) {
                assertThat(matrix(type, parts, 500).size())
                        .isEqualTo(Nf4Matrix.bytes(type, rows.stream().map(count -> count * 500).toList()));
            }
        }
        assertThat(Nf4Matrix.bytes(ElementType.BFLOAT16, List.of(1L << 24)) * 8.0 / (1 << 24))
                .isCloseTo(4.127, within(0.001));
    }

    private Tensor matrix(ElementType type, List<float[]> parts, int inputs) {
        Nf4Matrix matrix = new Nf4Matrix(scope, type);
        for (float[] part : parts) {
            matrix.add(tensor(part, part.length / inputs, inputs));
            matrix.endMatrix();
        }
        return matrix.bytes();
    }

    private float[] dense(Tensor matrix, ElementType type, int inputs, int... rows) {
        List<Tensor> parts = new ArrayList<>();
        for (int count : rows) {
            parts.add(scope.zeros(ElementType.FLOAT32, count, 0));
        }
        Tensor dense = scope.callForTensor("nf4_dense", matrix, inputs, parts, type.scalarType());
        return scope.callForTensor("to_type", dense, ElementType.FLOAT32.scalarType()).toFloatArray();
    }

    /** What codes and scales stand for by the definition, before the scales are quantised. */
    private float[] withExactScales(float[] numbers) {
        try {
            float[] book = codeBookOfBitsandbytes();
            List<Tensor> quantized = scope.call("nf4_quantize", tensor(numbers, numbers.length));
            ByteBuffer codes = quantized.get(0).toBytes();
            float[] scales = quantized.get(1).toFloatArray();
            float[] values = new float[numbers.length];
            for (int i = 0; i < values.length; i++) {
                int code = codes.get(i / 2) >> (i % 2 == 0 ? 4 : 0) & 15;
                values[i] = book[code] * scales[i / BLOCK];
            }
            return values;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static float[] largestOfBlocks(float[] numbers) {
        float[] largest = new float[numbers.length / BLOCK];
        for (int i = 0; i < numbers.length; i++) {
            largest[i / BLOCK] = Math.max(largest[i / BLOCK], Math.abs(numbers[i]));
        }
        return largest;
    }

    private static double meanError(float[] numbers, float[] kept) {
        double sum = 0;
        for (int i = 0; i < numbers.length; i++) {
            sum += Math.abs((double) kept[i] - numbers[i]);
        }
        return sum / numbers.length;
    }

    private static double meanRelativeError(float[] numbers, float[] kept) {
        double sum = 0;
        for (int i = 0; i < numbers.length; i++) {
            sum += Math.abs((double) kept[i] - numbers[i]) / (Math.abs(numbers[i]) + 1e-8);
        }
        return sum / numbers.length;
    }

    private static double meanMagnitude(float[] numbers) {
        return meanError(numbers, new float[numbers.length]);
    }

    private static JsonNode golden() throws IOException {
        return new ObjectMapper().readTree(Golden.FOLDER.resolve("bnb_nf4_golden.json").toFile());
    }

    private static float[] codeBookOfBitsandbytes() throws IOException {
        JsonNode entries = golden().get("codebook");
        float[] book = new float[entries.size()];
        for (int i = 0; i < book.length; i++) {
            book[i] = (float) entries.get(i).asDouble();
        }
        return book;
    }

    private static float[] normal(int count, long seed, double deviation) {
        Random random = new Random(seed);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) (random.nextGaussian() * deviation);
        }
        return numbers;
    }

    private Tensor tensor(float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return scope.copyOf(bytes, ElementType.FLOAT32, shape);
    }
}
