package org.medtune.export;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.medtune.StopSignal;
import org.medtune.adapter.AdapterLayout;
import org.medtune.adapter.AdapterValues;
import org.medtune.model.ModelFolder;
import org.medtune.model.Projection;
import org.medtune.model.SafetensorsFile;
import org.medtune.model.WeightNames;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * The tensors of a base model with an adapter added: W + scaling * B A, in float32. A trained bias stands in for the
 * model's own.
 */
final class MergedWeights {

    /** Bytes of a piece in float32. */
    private static final long LARGEST_PIECE = 64L << 20;

    private final ModelFolder base;
    private final AdapterValues adapter;
    private final Map<String, Place> weights = new HashMap<>();
    private final Map<String, Place> biases = new HashMap<>();

    private record Place(int layer, Projection projection) {}

    /** Tensors of a base model as they are. */
    MergedWeights(ModelFolder base) {
        this(base, null);
    }

    /** Tensors of a base model with an adapter that fits it. */
    MergedWeights(ModelFolder base, AdapterValues adapter) {
        this.base = base;
        this.adapter = adapter;
        for (int layer = 0; layer < base.configuration().layers(); layer++) {
            for (Projection projection : Projection.values()) {
                Place place = new Place(layer, projection);
                weights.put(WeightNames.weight(layer, projection), place);
                biases.put(WeightNames.bias(layer, projection), place);
            }
        }
    }

    ModelFolder base() {
        return base;
    }

    /**
     * Gives a tensor's values, in float32, some rows at a time. A piece is released when the consumer returns.
     *
     * @param scope owner of the pieces, on the processor
     * @param rowMultiple what the number of rows of every piece but the last is a multiple of
     * @param stop looked at before each piece
     */
    void forEachPiece(TensorScope scope, String name, int rowMultiple, StopSignal stop, Consumer<Tensor> consumer) {
        SafetensorsFile.Entry entry = base.tensors().get(name);
        long[] shape = entry.shape().clone();
        long rows = shape[0];
        long elements = entry.length() / entry.type().bytes() / rows;
        long rowsPerPiece = Math.max(1, LARGEST_PIECE / Float.BYTES / elements / rowMultiple) * rowMultiple;
        for (long row = 0; row < rows; row += rowsPerPiece) {
            stop.check();
            shape[0] = Math.min(rowsPerPiece, rows - row);
            long rowBytes = elements * entry.type().bytes();
            try (TensorScope work = scope.newScope()) {
                ByteBuffer bytes = base.map(name, row * rowBytes, (int) (shape[0] * rowBytes));
                Tensor stored = work.copyOf(bytes, entry.type(), shape);
                consumer.accept(merged(work, name, stored, (int) row, (int) shape[0]));
            }
        }
    }

    private Tensor merged(TensorScope work, String name, Tensor stored, int row, int rows) {
        Optional<AdapterLayout.Parameter> bias = find(biases, name, AdapterLayout.Kind.BIAS);
        if (bias.isPresent()) {
            return tensor(work, bias.get(), row, rows, rows);
        }
        Optional<AdapterLayout.Parameter> b = find(weights, name, AdapterLayout.Kind.B);
        if (b.isEmpty()) {
            return work.callForTensor("to_type", stored, ElementType.FLOAT32.scalarType());
        }
        AdapterLayout.Parameter a = find(weights, name, AdapterLayout.Kind.A).orElseThrow();
        return work.callForTensor("merge", stored, tensor(work, b.get(), row, rows, rows, b.get().columns()),
                tensor(work, a, 0, a.rows(), a.rows(), a.columns()),
                adapter.configuration().scaling(a.layer(), a.projection()));
    }

    private Tensor tensor(TensorScope work, AdapterLayout.Parameter parameter, int row, int rows, long... shape) {
        return work.copyOf(adapter.rows(parameter, row, rows), ElementType.FLOAT32, shape);
    }

    private Optional<AdapterLayout.Parameter> find(Map<String, Place> places, String name, AdapterLayout.Kind kind) {
        Place place = places.get(name);
        return adapter == null || place == null ? Optional.empty()
                : adapter.find(place.layer(), place.projection(), kind);
    }
}
