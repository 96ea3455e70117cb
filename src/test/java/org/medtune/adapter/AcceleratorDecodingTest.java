package org.medtune.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.Continuation;
import org.medtune.model.KeyValueCache;
import org.medtune.model.KeyValueCaches;
import org.medtune.model.ModelFolder;
import org.medtune.model.NextToken;
import org.medtune.model.Projection;
import org.medtune.model.Quantization;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.TensorRuntime;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.Golden;
import org.medtune.testing.Noise;

/** Decoding by an accelerator's fused kernels in bfloat16 against float32 on the processor. */
@EnabledIf("hasAccelerator")
class AcceleratorDecodingTest {

    /** Up to a chunk of keys, past it, into a third one, and more sequences than a block of rows takes. */
    private static final int[] LENGTHS = {1, 7, 255, 256, 257, 600};
    private static final int MANY = 40;
    private static final int STEPS = 3;

    static boolean hasAccelerator() {
        return TensorRuntime.acceleratorCount() > 0;
    }

    @ParameterizedTest
    @EnumSource(Quantization.class)
    void logitsAreThoseOfTheProcessor(Quantization quantization) {
        // when
        List<float[]> processor = decode(ComputeDevice.CPU, ElementType.FLOAT32, quantization, LENGTHS);
        List<float[]> accelerator =
                decode(ComputeDevice.named("gpu0"), ElementType.BFLOAT16, quantization, LENGTHS);

        // then
        for (int i = 0; i < processor.size(); i++) {
            assertThat(Noise.between(accelerator.get(i), processor.get(i))).as("logits %d", i).isLessThan(0.03);
        }
    }

    @Test
    void aSequenceIsTheSameAloneAndAmongOthers() {
        // given: the lengths again and again
        int[] many = new SplittableRandom(1).ints(MANY, 0, LENGTHS.length).map(i -> LENGTHS[i]).toArray();
        many[0] = LENGTHS[LENGTHS.length - 1];

        // when
        List<float[]> together = decode(ComputeDevice.named("gpu0"), ElementType.BFLOAT16, Quantization.NONE, many);
        List<float[]> alone =
                decode(ComputeDevice.named("gpu0"), ElementType.BFLOAT16, Quantization.NONE, new int[] {many[0]});

        // then: to the last bit
        for (int step = 0; step < STEPS; step++) {
            assertThat(together.get(step * MANY)).isEqualTo(alone.get(step));
        }
    }

    /** The logits of some steps of sequences of these lengths, every other with an adapter. */
    private static List<float[]> decode(ComputeDevice device, ElementType type, Quantization quantization,
            int[] lengths) {
        LoraConfiguration lora =
                new LoraConfiguration(8, 16, 0, EnumSet.allOf(Projection.class), BiasTraining.NONE, false);
        try (CausalLanguageModel model =
                        CausalLanguageModel.load(ModelFolder.open(Golden.MODEL), device, type, quantization);
                LoraAdapter adapter = LoraAdapter.initialize(model, lora, 5);
                KeyValueCaches caches = new KeyValueCaches(model, 1L << 30);
                TensorScope scope = model.newScope()) {
            Noise.add(scope, adapter);
            List<KeyValueCache> taken = new ArrayList<>();
            for (int i = 0; i < lengths.length; i++) {
                taken.add(caches.take(lengths[i] + STEPS).orElseThrow());
                int[] prompt = new SplittableRandom(lengths[i]).ints(lengths[i], 0, 8000).toArray();
                model.prefill(new Continuation(prompt, taken.get(i), adapter(model, adapter, i), false));
            }
            List<float[]> logits = new ArrayList<>();
            for (int step = 0; step < STEPS; step++) {
                List<Continuation> next = new ArrayList<>();
                for (int i = 0; i < lengths.length; i++) {
                    next.add(new Continuation(new int[] {100 + step}, taken.get(i), adapter(model, adapter, i), true));
                }
                model.step(next).stream().map(NextToken::logits).forEach(logits::add);
            }
            taken.forEach(KeyValueCache::close);
            return logits;
        }
    }

    private static ActiveAdapter adapter(CausalLanguageModel model, LoraAdapter adapter, int sequence) {
        return sequence % 2 == 0 ? adapter.active() : model.noAdapter();
    }
}
