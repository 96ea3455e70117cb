package org.medtune.adapter;

import java.util.ArrayList;
import java.util.List;
import org.medtune.model.CausalLanguageModel;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * The gradient of an adapter: one flat float32 vector of its layout, and the views that the layers' backward passes add
 * to. Closing releases its memory.
 */
public final class LoraGradient implements AutoCloseable {

    private final TensorScope scope;
    private final ScaledParts scaledParts;
    private final Tensor flat;
    private final List<List<Tensor>> layers = new ArrayList<>();

    LoraGradient(CausalLanguageModel model, AdapterLayout layout, ScaledParts scaledParts) {
        this.scaledParts = scaledParts;
        scope = model.newScope();
        flat = scope.zeros(ElementType.FLOAT32, layout.size());
        for (int layer = 0; layer < model.configuration().layers(); layer++) {
            List<Tensor> views = new ArrayList<>(layout.factors(scope, flat, layer));
            views.addAll(layout.biases(scope, flat, layer));
            layers.add(List.copyOf(views));
        }
    }

    /** The flat vector. Owned by this object. */
    public Tensor flat() {
        return flat;
    }

    /** Views of one layer's part, as {@code layerBackward} takes them. */
    public List<Tensor> layer(int layer) {
        return layers.get(layer);
    }

    /**
     * Makes of what the backward passes have added the gradient of the adapter's parameters. To be called once, when
     * all is added: where modules differ in their scaling, the passes see another B than the parameters hold.
     */
    public void complete() {
        if (!scaledParts.isEmpty()) {
            try (TensorScope work = scope.newScope()) {
                scaledParts.multiply(work, flat);
            }
        }
    }

    /** Sets all elements to zero. */
    public void clear() {
        try (TensorScope work = scope.newScope()) {
            work.call("fill", flat, 0.0);
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
