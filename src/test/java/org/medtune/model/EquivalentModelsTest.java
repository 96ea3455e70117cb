package org.medtune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.Golden;
import org.medtune.testing.RewrittenModel;

/** One model written in different ways is one model; a difference that matters shows. */
class EquivalentModelsTest {

    private static float[] expected;

    @TempDir
    private Path folder;

    @BeforeAll
    static void embedded() {
        expected = logits(Golden.MODEL);
    }

    @Test
    void oneFileInFloat32EqualsShardsInBfloat16() throws IOException {
        // given: every bfloat16 number is a float32 number
        new RewrittenModel().writeTo(folder);

        // then
        assertThat(logits(folder)).isEqualTo(expected);
    }

    @Test
    void aHeadOfItsOwnThatCopiesTheEmbeddingEqualsATiedOne() throws IOException {
        // given
        new RewrittenModel()
                .copy("model.embed_tokens.weight", "lm_head.weight")
                .configure(root -> root.put("tie_word_embeddings", false))
                .writeTo(folder);

        // then
        assertThat(logits(folder)).isEqualTo(expected);
    }

    @Test
    void aHeadOfItsOwnIsUsed() throws IOException {
        // given
        new RewrittenModel()
                .copy("model.embed_tokens.weight", "lm_head.weight")
                .zero("lm_head.weight"::equals)
                .configure(root -> root.put("tie_word_embeddings", false))
                .writeTo(folder);

        // then
        assertThat(logits(folder)).containsOnly(0f);
    }

    @Test
    void llamaWithoutBiasesEqualsQwen2WithZeroBiases(@TempDir Path qwenFolder) throws IOException {
        // given
        new RewrittenModel()
                .without(name -> name.endsWith(".bias"))
                .configure(root -> root.put("model_type", "llama"))
                .writeTo(folder);
        new RewrittenModel().zero(name -> name.endsWith(".bias")).writeTo(qwenFolder);

        // when
        float[] llama = logits(folder);

        // then: and biases matter
        assertThat(llama).isEqualTo(logits(qwenFolder)).isNotEqualTo(expected);
    }

    @Test
    void bothFormsOfTheRotaryEmbeddingsBaseAreOne() throws IOException {
        // given: the form of older files
        new RewrittenModel()
                .configure(root -> root.remove("rope_parameters"))
                .configure(root -> root.put("rope_theta", 10000.0))
                .writeTo(folder);

        // then
        assertThat(logits(folder)).isEqualTo(expected);
    }

    @Test
    void theRotaryEmbeddingsBaseMatters() throws IOException {
        // given
        new RewrittenModel().configure(root -> root.withObject("/rope_parameters").put("rope_theta", 500.0))
                .writeTo(folder);

        // then
        assertThat(logits(folder)).isNotEqualTo(expected);
    }

    @Test
    void linearStretchingLeavesTheFirstTokenAndMovesTheOthers() throws IOException {
        // given
        new RewrittenModel()
                .configure(root -> root.withObject("/rope_parameters").put("rope_type", "linear").put("factor", 2.0))
                .writeTo(folder);

        // when
        float[] stretched = logits(folder);

        // then: the first token stands at position 0 whatever the stretch
        int vocabulary = 8192;
        for (int i = 0; i < vocabulary; i++) {
            assertThat(stretched[i]).isEqualTo(expected[i]);
        }
        assertThat(stretched).isNotEqualTo(expected);
    }

    @Test
    void theStretchingOfLlama3ByOneChangesNothingAndByEightDoes(@TempDir Path eight) throws IOException {
        // given
        llama3(1).writeTo(folder);
        llama3(8).writeTo(eight);

        // when
        float[] unstretched = logits(folder);

        // then: blending a frequency with itself rounds
        for (int i = 0; i < expected.length; i++) {
            assertThat(unstretched[i]).isCloseTo(expected[i], within(1e-3f));
        }
        assertThat(largestDifference(logits(eight), expected)).isGreaterThan(0.01f);
    }

    private static RewrittenModel llama3(double factor) throws IOException {
        return new RewrittenModel().configure(root -> root.withObject("/rope_parameters")
                .put("rope_type", "llama3").put("factor", factor).put("low_freq_factor", 1.0)
                .put("high_freq_factor", 4.0).put("original_max_position_embeddings", 256));
    }

    private static float largestDifference(float[] a, float[] b) {
        float largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }

    private static float[] logits(Path folder) {
        int[] ids = Golden.ids(Golden.json("forward").get(0).get("ids"));
        try (CausalLanguageModel model =
                        CausalLanguageModel.load(ModelFolder.open(folder), ComputeDevice.CPU, ElementType.FLOAT32);
                TensorScope scope = model.newScope()) {
            return model.logits(scope, ids, model.noAdapter()).toFloatArray();
        }
    }
}
