package org.medtune.training;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.medtune.adapter.AdapterLayout;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraGradient;
import org.medtune.model.CausalLanguageModel;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * AdamW (Loshchilov and Hutter 2019) over the flat vector of an adapter, with float32 moments. Weight decay is on the
 * matrices only; biases take none, as in Transformers' {@code Trainer}. Closing releases the moments.
 */
final class AdamW implements AutoCloseable {

    private final TensorScope scope;
    private final TrainingConfiguration.Adam constants;
    private final Tensor firstMoment;
    private final Tensor secondMoment;
    private final List<Region> regions = new ArrayList<>();

    /** A part of the flat vector with one weight decay. */
    private record Region(Tensor parameters, Tensor gradient, Tensor firstMoment, Tensor secondMoment, Tensor stepsDone,
            double weightDecay) {}

    AdamW(CausalLanguageModel model, LoraAdapter adapter, LoraGradient gradient,
            TrainingConfiguration.Adam constants) {
        this.constants = constants;
        scope = model.newScope();
        AdapterLayout layout = adapter.layout();
        firstMoment = scope.zeros(ElementType.FLOAT32, layout.size());
        secondMoment = scope.zeros(ElementType.FLOAT32, layout.size());
        long matrices = layout.matrixElements();
        addRegion(adapter, gradient, 0, matrices, constants.weightDecay());
        if (matrices < layout.size()) {
            addRegion(adapter, gradient, matrices, layout.size() - matrices, 0.0);
        }
    }

    /** Updates the adapter's flat vector in place. */
    void step(double learningRate) {
        try (TensorScope work = scope.newScope()) {
            for (Region region : regions) {
                work.call("adamw", region.parameters(), region.gradient(), region.firstMoment(), region.secondMoment(),
                        region.stepsDone(), learningRate, constants.beta1(), constants.beta2(), constants.epsilon(),
                        region.weightDecay());
            }
        }
    }

    /** The moving average of the gradient, float32 of the adapter's layout. */
    Tensor firstMoment() {
        return firstMoment;
    }

    /** The moving average of the squared gradient, float32 of the adapter's layout. */
    Tensor secondMoment() {
        return secondMoment;
    }

    /** Takes the state of an earlier run over; the buffers are little-endian float32 of the adapter's layout. */
    void restore(ByteBuffer first, ByteBuffer second, int stepsDone) {
        try (TensorScope work = scope.newScope()) {
            work.call("assign", firstMoment, work.copyOf(first, ElementType.FLOAT32, firstMoment.size()));
            work.call("assign", secondMoment, work.copyOf(second, ElementType.FLOAT32, secondMoment.size()));
            for (Region region : regions) {
                work.call("fill", region.stepsDone(), (double) stepsDone);
            }
        }
    }

    @Override
    public void close() {
        scope.close();
    }

    private void addRegion(LoraAdapter adapter, LoraGradient gradient, long offset, long length, double weightDecay) {
        regions.add(new Region(view(adapter.parameters(), offset, length), view(gradient.flat(), offset, length),
                view(firstMoment, offset, length), view(secondMoment, offset, length),
                scope.zeros(ElementType.FLOAT32), weightDecay));
    }

    private Tensor view(Tensor flat, long offset, long length) {
        return scope.callForTensor("matrix_views", flat, new long[] {offset}, new long[] {length}, new long[] {-1});
    }
}
