package org.medtune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.Golden;

/** Decoding in pieces against one forward pass over all tokens. */
class KeyValueCacheTest {

    private static final int[] IDS = Arrays.copyOf(Golden.ids(Golden.json("forward").get(0).get("ids")), 40);

    private static CausalLanguageModel model;
    private static float[] all;

    @BeforeAll
    static void load() {
        model = EmbeddedModel.load(ElementType.FLOAT32);
        try (TensorScope scope = model.newScope()) {
            all = model.logits(scope, IDS, model.noAdapter()).toFloatArray();
        }
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 17, 29})
    void aPrefillInTwoPartsThenTokenByTokenGivesTheLogitsOfOnePass(int firstPart) {
        // given
        int prompt = 30;
        try (KeyValueCaches caches = new KeyValueCaches(model, Long.MAX_VALUE)) {
            KeyValueCache cache = caches.take(IDS.length).orElseThrow();
            // then
            assertThatLogitsAgree(cache, 0, firstPart);
            assertThatLogitsAgree(cache, firstPart, prompt);
            for (int token = prompt; token < IDS.length; token++) {
                assertThatLogitsAgree(cache, token, token + 1);
            }
            assertThat(cache.length()).isEqualTo(cache.capacity()).isEqualTo(IDS.length);
        }
    }

    @Test
    void roomThatIsNotUsedYetChangesNothing() {
        try (KeyValueCaches caches = new KeyValueCaches(model, Long.MAX_VALUE)) {
            KeyValueCache cache = caches.take(500).orElseThrow();
            assertThatLogitsAgree(cache, 0, 20);
            assertThatLogitsAgree(cache, 20, IDS.length);
            assertThat(cache.length()).isEqualTo(IDS.length);
        }
    }

    @Test
    void aFullCacheTakesNoMoreAndKeepsItsLength() {
        try (KeyValueCaches caches = new KeyValueCaches(model, Long.MAX_VALUE)) {
            KeyValueCache cache = caches.take(4).orElseThrow();
            // given
            assertThatLogitsAgree(cache, 0, 4);

            // then
            assertThatThrownBy(() -> model.prefill(new Continuation(new int[] {1}, cache, model.noAdapter(), false)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("A cache of 4 tokens that holds 4 cannot take 1 more");
            assertThat(cache.length()).isEqualTo(4);
        }
    }

    private static void assertThatLogitsAgree(KeyValueCache cache, int from, int to) {
        int vocabulary = model.configuration().vocabularySize();
        NextToken next = model.prefill(
                new Continuation(Arrays.copyOfRange(IDS, from, to), cache, model.noAdapter(), true));
        assertThat(next.logits()).hasSize(vocabulary);
        int best = 0;
        for (int i = 0; i < vocabulary; i++) {
            assertThat(next.logits()[i]).as("logit %d after token %d", i, to)
                    .isCloseTo(all[(to - 1) * vocabulary + i], within(1e-4f));
            best = next.logits()[i] > next.logits()[best] ? i : best;
        }
        assertThat(next.mostLikely()).isEqualTo(best);
    }
}
