package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.Projection;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorRuntime;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.ShortRows;

@DisplayName("Moments of 8 bits")
class EightBitMomentsTest {

    private static final TrainingConfiguration.Adam ADAM =
            new TrainingConfiguration.Adam(0.9, 0.999, 1e-8, 0.01, MomentStorage.EIGHT_BIT);

    private static CausalLanguageModel model;
    private static TensorScope scope;

    @BeforeAll
    static void load() {
        model = EmbeddedModel.load(ElementType.FLOAT32);
        scope = TensorRuntime.on(ComputeDevice.CPU).newScope();
    }

    @AfterAll
    static void close() {
        scope.close();
        model.close();
    }

    @ParameterizedTest(name = "signed[{0}] = {1}")
    @CsvSource({"0, -0.992968738079071", "1, -0.9789062738418579", "2, -0.96484375", "39, -0.44453126192092896",
        "63, -0.10703125596046448", "64, -0.09859374910593033", "95, -0.011406250298023224",
        "96, -0.009718749672174454", "111, -0.0012812500353902578", "112, -0.0009437499684281647",
        "119, -0.00015624999650754035", "120, -8.874999912222847e-05", "123, -2.1249999917927198e-05",
        "124, -7.749999895168003e-06", "125, -3.2499999633728294e-06", "126, -5.499999815583578e-07", "127, 0.0",
        "128, 5.499999815583578e-07", "131, 2.1249999917927198e-05", "143, 0.0012812500353902578",
        "200, 0.23359374701976776", "254, 0.992968738079071", "255, 1.0"})
    @DisplayName("the signed code book is create_dynamic_map(signed=True) of bitsandbytes")
    void signedCodeBook(int code, float entry) {
        // the last bits depend on the vector unit that made the equal steps
        assertThat(book(true)[code]).isCloseTo(entry, within(3 * Math.ulp(entry)));
    }

    @Test
    @DisplayName("the unsigned code book has the means of 2, 4, 8 ... 128 equal steps of its decades, 0 and 1")
    void unsignedCodeBook() {
        // given: the documented algorithm of create_dynamic_map(signed=False), in float64
        double[] expected = new double[256];
        int filled = 1;
        for (int decade = 0; decade < 7; decade++) {
            int steps = 2 << decade;
            for (int step = 0; step < steps; step++) {
                expected[filled++] = Math.pow(10, decade - 6) * (0.1 + 0.9 * (step + 0.5) / steps);
            }
        }
        expected[filled] = 1;

        // then
        float[] book = book(false);
        assertThat(book).hasSize(256).isSorted();
        for (int i = 0; i < book.length; i++) {
            assertThat((double) book[i]).as("entry %d", i).isCloseTo(expected[i], within(3e-7 * expected[i]));
        }
    }

    @Test
    @DisplayName("are as close to normal numbers as the tests of bitsandbytes ask for, the largest of a block exactly")
    void errorOfNormalNumbers() {
        // given: without decay the first moment is the gradient
        float[] numbers = normal(1 << 18, 1);

        // when
        float[] kept = firstMomentAfterOneStep(numbers);

        // then
        double error = 0;
        double relativeError = 0;
        for (int i = 0; i < numbers.length; i++) {
            error += Math.abs(kept[i] - numbers[i]);
            relativeError += Math.abs(kept[i] - numbers[i]) / Math.abs(numbers[i] + 1e-8);
        }
        assertThat(error / numbers.length).isLessThan(0.011);
        assertThat(relativeError / numbers.length).isLessThan(0.018);
        for (int block = 0; block < numbers.length; block += EightBitMoments.BLOCK) {
            int largest = IntStream.range(block, block + EightBitMoments.BLOCK)
                    .reduce((a, b) -> Math.abs(numbers[b]) > Math.abs(numbers[a]) ? b : a).orElseThrow();
            // the code book has 1, but not -1
            if (numbers[largest] > 0) {
                assertThat(kept[largest]).isEqualTo(numbers[largest]);
            }
        }
    }

    @Test
    @DisplayName("never turn a number into 0 that is not, nor its sign")
    void signsAreKept() {
        // given: one large number a block, and others far below the code book's smallest entry
        float[] numbers = new float[1024];
        Random random = new Random(5);
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i % EightBitMoments.BLOCK == 0 ? 1f : (float) (random.nextGaussian() * 1e-9);
        }
        numbers[7] = 0;

        // when
        float[] kept = firstMomentAfterOneStep(numbers);

        // then
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] < 0) {
                assertThat(kept[i]).as("of %s", numbers[i]).isNegative();
            } else {
                assertThat(kept[i]).isNotNegative();
            }
        }
        assertThat(kept[7]).isZero();
    }

    @Test
    @DisplayName("change nothing of the first step, whatever the vector's length")
    void firstStepIsThatOfFloat32() {
        for (int length : new int[] {4096, 4097, 70_000, (1 << 20) + 300}) {
            // given
            float[] start = normal(length, 2);
            float[] slope = normal(length, 3);

            // when
            float[] eightBit = parametersAfter(1, start, slope, MomentStorage.EIGHT_BIT);
            float[] float32 = parametersAfter(1, start, slope, MomentStorage.FLOAT32);

            // then
            assertThat(eightBit).hasSize(length);
            for (int i = 0; i < length; i++) {
                assertThat(eightBit[i]).isCloseTo(float32[i], within(2e-7f * Math.max(1, Math.abs(float32[i]))));
            }
        }
    }

    @Test
    @DisplayName("do not let an element run away whose gradient has become small")
    void noDivisionByEpsilonAlone() {
        // given: gradients that differ by seven decades inside each block, then vanish
        float[] start = new float[4096];
        float[] slope = normal(4096, 4);
        for (int i = 0; i < slope.length; i++) {
            slope[i] *= (float) Math.pow(10, -(i % 8));
        }

        try (TensorScope work = scope.newScope()) {
            AdamW.Region region = region(work, start, slope, MomentStorage.EIGHT_BIT);
            Moments moments = new EightBitMoments(work, region);

            // when
            moments.update(work, 1e-3, 1);
            work.call("fill", region.gradient(), 0.0);
            for (int step = 2; step <= 30; step++) {
                moments.update(work, 1e-3, step);
            }

            // then: no step was longer than a few learning rates
            for (float value : region.parameters().toFloatArray()) {
                assertThat(Math.abs(value)).isLessThan(30 * 5e-3f);
            }
        }
    }

    @Test
    @DisplayName("take 2.03 bytes a parameter instead of 8")
    void memory() {
        try (TensorScope work = scope.newScope()) {
            AdamW.Region region = region(work, new float[1 << 16], new float[1 << 16], MomentStorage.EIGHT_BIT);

            assertThat(bytes(new EightBitMoments(work, region)) / (double) (1 << 16))
                    .isEqualTo(MomentStorage.EIGHT_BIT.bytesPerParameter()).isEqualTo(2.03125);
            assertThat(bytes(new Float32Moments(work, region)) / (double) (1 << 16))
                    .isEqualTo(MomentStorage.FLOAT32.bytesPerParameter()).isEqualTo(8);
        }
    }

    @Test
    @DisplayName("lead the loss down as those of 32 bits do")
    void lossesOfAShortRun() {
        // given
        LoraConfiguration lora =
                new LoraConfiguration(8, 16, 0, EnumSet.allOf(Projection.class), BiasTraining.ALL, false);
        try (LoraAdapter a = LoraAdapter.initialize(model, lora, 3407);
                LoraAdapter b = LoraAdapter.initialize(model, lora, 3407);
                LoraTrainer eightBit = ShortRows.trainer(model, a, recipe(MomentStorage.EIGHT_BIT));
                LoraTrainer float32 = ShortRows.trainer(model, b, recipe(MomentStorage.FLOAT32))) {
            // when
            for (int step = 0; step < 20; step++) {
                eightBit.step();
                float32.step();
            }

            // then
            for (int step = 0; step < 20; step++) {
                assertThat(eightBit.history().get(step).loss()).as("step %d", step + 1)
                        .isCloseTo(float32.history().get(step).loss(), Percentage.withPercentage(1));
            }
            assertThat(eightBit.history().get(19).loss()).isLessThan(0.95 * eightBit.history().get(0).loss());
            assertThat(eightBit.optimizer().state()).containsOnlyKeys("exp_avg.biases", "exp_avg.matrices",
                    "exp_avg.matrices.absmax", "exp_avg_sq.biases", "exp_avg_sq.matrices",
                    "exp_avg_sq.matrices.absmax");
        }
    }

    @Test
    @DisplayName("are for vectors of 4,096 elements and more")
    void smallVectorsStayInFloat32() {
        // given: 1 x (384 + 128) elements in each of six layers
        LoraConfiguration lora = new LoraConfiguration(1, 1, 0, EnumSet.of(Projection.K), BiasTraining.NONE, false);

        // then
        try (LoraAdapter adapter = LoraAdapter.initialize(model, lora, 1);
                LoraTrainer trainer = ShortRows.trainer(model, adapter, recipe(MomentStorage.EIGHT_BIT))) {
            assertThat(adapter.layout().size()).isEqualTo(3072);
            assertThat(trainer.optimizer().state()).containsOnlyKeys("exp_avg.matrices", "exp_avg_sq.matrices");
        }
    }

    private static TrainingConfiguration recipe(MomentStorage moments) {
        return ShortRows.recipe(20, GradientCheckpointing.ON, moments);
    }

    private static float[] book(boolean signed) {
        try (TensorScope work = scope.newScope()) {
            return work.call("moment_codes", signed, work.zeros(ElementType.FLOAT32, 1)).get(0).toFloatArray();
        }
    }

    /** Reads codes and scales as the paper defines them. */
    private static float[] firstMomentAfterOneStep(float[] gradient) {
        try (TensorScope work = scope.newScope()) {
            AdamW.Region region = new AdamW.Region("all", tensor(work, new float[gradient.length]),
                    tensor(work, gradient), new TrainingConfiguration.Adam(0, 0.999, 1e-8, 0, MomentStorage.EIGHT_BIT),
                    0);
            Moments moments = new EightBitMoments(work, region);
            moments.update(work, 1e-3, 1);
            ByteBuffer codes = moments.state().get("exp_avg.all").toBytes();
            float[] scales = moments.state().get("exp_avg.all.absmax").toFloatArray();
            float[] book = book(true);
            float[] values = new float[gradient.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = book[codes.get(i) & 0xff] * scales[i / EightBitMoments.BLOCK];
            }
            return values;
        }
    }

    private static float[] parametersAfter(int steps, float[] start, float[] slope, MomentStorage storage) {
        try (TensorScope work = scope.newScope()) {
            AdamW.Region region = region(work, start, slope, storage);
            Moments moments = storage == MomentStorage.EIGHT_BIT
                    ? new EightBitMoments(work, region) : new Float32Moments(work, region);
            for (int step = 1; step <= steps; step++) {
                moments.update(work, 1e-3, step);
            }
            return region.parameters().toFloatArray();
        }
    }

    private static AdamW.Region region(TensorScope work, float[] start, float[] slope, MomentStorage storage) {
        return new AdamW.Region("all", tensor(work, start), tensor(work, slope),
                new TrainingConfiguration.Adam(ADAM.beta1(), ADAM.beta2(), ADAM.epsilon(), ADAM.weightDecay(), storage),
                ADAM.weightDecay());
    }

    private static long bytes(Moments moments) {
        return moments.state().values().stream().mapToLong(t -> t.size() * t.type().bytes()).sum();
    }

    private static Tensor tensor(TensorScope work, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return work.copyOf(bytes, ElementType.FLOAT32, values.length);
    }

    private static float[] normal(int count, long seed) {
        Random random = new Random(seed);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }
}
