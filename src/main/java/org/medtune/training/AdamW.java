package org.medtune.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.medtune.adapter.AdapterLayout;
import org.medtune.adapter.LoraAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * AdamW (Loshchilov and Hutter 2019) over the flat vector of an adapter. Weight decay is on the matrices only; biases
 * take none, as in Transformers' {@code Trainer}, and their moments are float32 always. Closing releases the moments.
 */
final class AdamW implements AutoCloseable {

    private final TensorScope scope;
    private final List<Moments> regions = new ArrayList<>();
    private int stepsDone;

    /** A part of the flat vector with one weight decay. */
    record Region(String name, Tensor parameters, Tensor gradient, TrainingConfiguration.Adam constants,
            double weightDecay) {}

    /**
     * An optimizer before its first step.
     *
     * @param gradient the flat gradient of the adapter, on its device
     */
    AdamW(CausalLanguageModel model, LoraAdapter adapter, Tensor gradient, TrainingConfiguration.Adam constants) {
        scope = model.newScope();
        AdapterLayout layout = adapter.layout();
        long matrices = layout.matrixElements();
        Region all = new Region("matrices", view(adapter.parameters(), 0, matrices), view(gradient, 0, matrices),
                constants, constants.weightDecay());
        boolean eightBit = constants.moments() == MomentStorage.EIGHT_BIT
                && matrices >= EightBitMoments.LEAST_ELEMENTS;
        regions.add(eightBit ? new EightBitMoments(scope, all) : new Float32Moments(scope, all));
        long biases = layout.size() - matrices;
        if (biases > 0) {
            regions.add(new Float32Moments(scope, new Region("biases", view(adapter.parameters(), matrices, biases),
                    view(gradient, matrices, biases), constants, 0.0)));
        }
    }

    /** Updates the adapter's flat vector in place. */
    void step(double learningRate) {
        stepsDone++;
        try (TensorScope work = scope.newScope()) {
            for (Moments region : regions) {
                region.update(work, learningRate, stepsDone);
            }
        }
    }

    /** The moments as they are kept, by name, in the order of the names. Owned by this optimizer. */
    Map<String, Tensor> state() {
        Map<String, Tensor> state = new TreeMap<>();
        regions.forEach(region -> state.putAll(region.state()));
        return state;
    }

    /** Updates so far. */
    int stepsDone() {
        return stepsDone;
    }

    /** Goes on after so many steps, once the tensors of {@link #state()} have the values that they had then. */
    void resumeAfter(int steps) {
        stepsDone = steps;
    }

    @Override
    public void close() {
        scope.close();
    }

    private Tensor view(Tensor flat, long offset, long length) {
        return scope.callForTensor("matrix_views", flat, new long[] {offset}, new long[] {length}, new long[] {-1});
    }
}
