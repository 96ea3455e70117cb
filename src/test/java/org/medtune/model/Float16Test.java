package org.medtune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.medtune.InvalidInputException;
import org.medtune.generation.TextGenerator;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.Golden;
import org.medtune.testing.RewrittenModel;

/** The model in float16 against itself in float32. */
@DisplayName("A model in float16")
class Float16Test {

    private static final int[] PROMPT = Golden.ids(Golden.json("forward").get(0).get("ids"));

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(Quantization.class)
    @DisplayName("has float32's logits but for rounding, and writes the same words, in 4 bits too")
    void equalsFloat32(Quantization quantization) {
        // given
        try (CausalLanguageModel half = load(Golden.MODEL, ElementType.FLOAT16, quantization);
                CausalLanguageModel full = load(Golden.MODEL, ElementType.FLOAT32, quantization)) {
            // when
            float[] rounded = logits(half);
            float[] exact = logits(full);

            // then: a number has 11 significant bits, 8 times as exact as bfloat16
            double squares = 0;
            double differences = 0;
            for (int i = 0; i < exact.length; i++) {
                squares += (double) exact[i] * exact[i];
                differences += Math.pow(rounded[i] - exact[i], 2);
            }
            assertThat(Math.sqrt(differences / squares)).isBetween(1e-5, 2e-3);
            assertThat(answer(half)).isEqualTo(answer(full));
        }
    }

    @ParameterizedTest
    @EnumSource(Quantization.class)
    @DisplayName("is refused where the files hold a weight beyond float16")
    void aWeightTooLarge(Quantization quantization) throws IOException {
        // given
        String name = WeightNames.weight(2, Projection.O);
        new RewrittenModel().replace(name, (shape, values) -> values.putFloat(5 * Float.BYTES, -70_000f).rewind())
                .writeTo(folder);

        // then
        assertThatThrownBy(() -> load(folder, ElementType.FLOAT16, quantization))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000547: The file ")
                .hasMessageContaining("holds the tensor " + name + " with a value of magnitude 70000.0");
    }

    @Test
    @DisplayName("attends by the processor's kernel, as in the other types")
    void attention() {
        try (CausalLanguageModel half = load(Golden.MODEL, ElementType.FLOAT16, Quantization.NONE)) {
            assertThat(half.attention()).isEqualTo(AttentionKernel.PROCESSOR_FLASH);
        }
    }

    private static CausalLanguageModel load(Path folder, ElementType type, Quantization quantization) {
        return CausalLanguageModel.load(ModelFolder.open(folder), ComputeDevice.CPU, type, quantization);
    }

    private static float[] logits(CausalLanguageModel model) {
        try (TensorScope scope = model.newScope()) {
            return model.logits(scope, PROMPT, model.noAdapter()).toFloatArray();
        }
    }

    private static int[] answer(CausalLanguageModel model) {
        return new TextGenerator(model).greedy(PROMPT, 12, Set.of(), model.noAdapter());
    }
}
