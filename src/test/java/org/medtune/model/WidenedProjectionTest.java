package org.medtune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorRuntime;
import org.medtune.tensor.TensorScope;

/** The adapter inside the product against the adapter after it. */
@DisplayName("A matrix with spare columns")
class WidenedProjectionTest {

    private static final int TOKENS = 5;
    private static final int INPUTS = 12;
    private static final int OUTPUTS = 14;
    private static final double SCALING = 0.7;
    private static final Offset<Float> ROUNDING = within(1e-5f);

    private final SplittableRandom random = new SplittableRandom(1);
    private final TensorScope scope = TensorRuntime.on(ComputeDevice.CPU).newScope();
    private final Tensor x = matrix(TOKENS, INPUTS);
    private final Tensor weight = matrix(OUTPUTS, INPUTS);
    private final Tensor bias = matrix(1, OUTPUTS);
    private final Tensor a = matrix(5, INPUTS);
    /** Two projections side by side, the one of rank 2, the other of rank 3. */
    private final List<Tensor> b = List.of(matrix(10, 2), matrix(4, 3));
    private final Tensor widened = widened(weight, OUTPUTS);
    private final Tensor widenedX = widened(x, TOKENS);

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    @DisplayName("adds the adapter in the product")
    void project() {
        // given: what another adapter left there
        scope.call("put", widened, 0, matrix(OUTPUTS, INPUTS + ModelWeights.SPARE_COLUMNS));
        scope.call("put", widened, 0, weight);

        // when
        List<Tensor> expected = scope.call("project", x, weight, bias, a, b, SCALING);
        List<Tensor> actual = scope.call("project_widened", widenedX, widened, bias, a, b, SCALING);
        Tensor again = scope.callForTensor("project_widened_again", widenedX, widened, bias, b, actual.get(1), INPUTS);

        // then
        assertThat(actual.get(0).toFloatArray()).containsExactly(expected.get(0).toFloatArray(), ROUNDING);
        assertThat(actual.get(1).toFloatArray()).containsExactly(expected.get(1).toFloatArray(), ROUNDING);
        assertThat(again.toFloatArray()).containsExactly(actual.get(0).toFloatArray());
    }

    @Test
    @DisplayName("takes the gradient of the low-rank activations from the product")
    void inputGradient() {
        // given
        Tensor dy = matrix(TOKENS, OUTPUTS);

        // when
        List<Tensor> expected = scope.call("input_gradient", dy, weight, a, b, SCALING);
        List<Tensor> actual = scope.call("input_gradient_widened", dy, widened, a, b, SCALING);

        // then
        Tensor dx = scope.callForTensor("stack_rows",
                List.of(scope.callForTensor("columns", actual.get(0), 0, INPUTS)));
        assertThat(dx.toFloatArray()).containsExactly(expected.get(0).toFloatArray(), ROUNDING);
        assertThat(actual.get(1).toFloatArray()).containsExactly(expected.get(1).toFloatArray(), ROUNDING);
    }

    private Tensor widened(Tensor matrix, int rows) {
        Tensor whole = scope.zeros(ElementType.FLOAT32, rows, INPUTS + ModelWeights.SPARE_COLUMNS);
        scope.call("put", whole, 0, matrix);
        return whole;
    }

    private Tensor matrix(int rows, int columns) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(rows * columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            bytes.putFloat((float) random.nextDouble(-1, 1));
        }
        return rows == 1 ? scope.copyOf(bytes.flip(), ElementType.FLOAT32, columns)
                : scope.copyOf(bytes.flip(), ElementType.FLOAT32, rows, columns);
    }
}
