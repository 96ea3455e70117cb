package org.medtune.model;

import java.util.ArrayList;
import java.util.List;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * Keys and values of one sequence in every layer, so that a token is computed once. Used by one thread; released by
 * {@link #close()}.
 */
public final class KeyValueCache implements AutoCloseable {

    private final TensorScope scope;
    private final List<Tensor> tensors;
    private final int capacity;
    private int length;

    /**
     * An empty cache.
     *
     * @param capacity the most tokens it can hold; the memory is taken at once
     */
    public KeyValueCache(CausalLanguageModel model, int capacity) {
        this.scope = model.newScope();
        this.capacity = capacity;
        ModelConfiguration configuration = model.configuration();
        List<Tensor> caches = new ArrayList<>();
        for (int i = 0; i < 2 * configuration.layers(); i++) {
            caches.add(scope.zeros(model.type(), configuration.keyValueHeads(), capacity, configuration.headSize()));
        }
        this.tensors = List.copyOf(caches);
    }

    /** The number of tokens held. */
    public int length() {
        return length;
    }

    /** The most tokens that can be held. */
    public int capacity() {
        return capacity;
    }

    /** Keys and values by layer, [key/value heads, capacity, head size] each. */
    List<Tensor> tensors() {
        return tensors;
    }

    void advance(int tokens) {
        length += tokens;
    }

    @Override
    public void close() {
        scope.close();
    }
}
