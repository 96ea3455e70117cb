package org.medtune.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorRuntime;
import org.medtune.tensor.TensorScope;

/** The kernels' frequencies against the formulas of modeling_rope_utils.py of Transformers, computed here in double. */
class RotaryFrequenciesTest {

    /** 1e-6 relative: float32 has 6e-8, and a few operations follow each other. */
    private static final Percentage FLOAT32 = Percentage.withPercentage(1e-4);

    @ParameterizedTest
    @CsvSource({"64, 10000", "128, 10000", "128, 500000", "64, 1000000"})
    void plainFrequenciesAreAGeometricRow(int headSize, double theta) {
        try (TensorScope scope = TensorRuntime.on(ComputeDevice.CPU).newScope()) {
            // when
            float[] frequencies = plain(scope, headSize, theta).toFloatArray();

            // then
            assertThat(frequencies).hasSize(headSize / 2);
            for (int i = 0; i < frequencies.length; i++) {
                assertThat((double) frequencies[i]).isCloseTo(Math.pow(theta, -2.0 * i / headSize), FLOAT32);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "128, 500000, 8, 1, 4, 8192",   // Llama 3.1
        "64, 500000, 32, 1, 4, 8192",   // Llama 3.2
        "64, 10000, 4, 2, 8, 2048"
    })
    void stretchedFrequenciesAreThoseOfLlama3(
            int headSize, double theta, double factor, double low, double high, double original) {
        try (TensorScope scope = TensorRuntime.on(ComputeDevice.CPU).newScope()) {
            // when
            float[] frequencies = scope.callForTensor("llama3_frequencies", plain(scope, headSize, theta), factor, low,
                    high, original).toFloatArray();

            // then
            int kept = 0;
            int divided = 0;
            int blended = 0;
            for (int i = 0; i < frequencies.length; i++) {
                double frequency = Math.pow(theta, -2.0 * i / headSize);
                double wavelength = 2 * Math.PI / frequency;
                double expected;
                if (wavelength < original / high) {
                    expected = frequency;
                    kept++;
                } else if (wavelength > original / low) {
                    expected = frequency / factor;
                    divided++;
                } else {
                    double smooth = (original / wavelength - low) / (high - low);
                    expected = (1 - smooth) * frequency / factor + smooth * frequency;
                    blended++;
                }
                assertThat((double) frequencies[i]).as("frequency %d", i).isCloseTo(expected, FLOAT32);
            }
            assertThat(kept).isPositive();
            assertThat(divided).isPositive();
            assertThat(blended).isPositive();
        }
    }

    @Test
    void linearStretchingDividesEveryFrequency() {
        try (TensorScope scope = TensorRuntime.on(ComputeDevice.CPU).newScope()) {
            // given
            float[] plain = plain(scope, 64, 10_000).toFloatArray();

            // when
            float[] stretched = scope.callForTensor("linear_frequencies", plain(scope, 64, 10_000), 4.0).toFloatArray();

            // then
            for (int i = 0; i < plain.length; i++) {
                assertThat(stretched[i]).isEqualTo(plain[i] / 4);
            }
        }
    }

    private static Tensor plain(TensorScope scope, int headSize, double theta) {
        return scope.callForTensor("inverse_frequencies", headSize, theta, scope.zeros(ElementType.FLOAT32, 1));
    }
}
