package org.medtune.model;

import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * Keys and values of several sequences in one tensor each a layer, [slots, capacity, key/value heads, head size]. A
 * sequence has a slot while its {@link KeyValueCache} is open. Used by one thread; owns its memory.
 */
final class CacheBank implements AutoCloseable {

    private final TensorScope scope;
    private final int slots;
    private final int capacity;
    private final List<Tensor> tensors;
    private final BitSet taken = new BitSet();

    CacheBank(CausalLanguageModel model, int slots, int capacity) {
        this.scope = model.newScope();
        this.slots = slots;
        this.capacity = capacity;
        ModelConfiguration shape = model.configuration();
        try {
            // zeros, since what is masked out is multiplied with 0, which does not take a chance NaN away
            this.tensors = IntStream.range(0, 2 * shape.layers())
                    .mapToObj(i -> scope.zeros(model.type(), slots, capacity, shape.keyValueHeads(), shape.headSize()))
                    .toList();
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        }
    }

    int slots() {
        return slots;
    }

    /** The most tokens of a sequence. */
    int capacity() {
        return capacity;
    }

    int slotsTaken() {
        return taken.cardinality();
    }

    /** The first free slot, taken with this; there must be one. */
    int take() {
        int slot = taken.nextClearBit(0);
        taken.set(slot);
        return slot;
    }

    void release(int slot) {
        taken.clear(slot);
    }

    /** Keys and values by layer. */
    List<Tensor> tensors() {
        return tensors;
    }

    @Override
    public void close() {
        scope.close();
    }
}
