package org.medtune.adapter;

import java.util.ArrayList;
import java.util.List;
import org.medtune.model.ModelConfiguration;
import org.medtune.model.Projection;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * Where each trained parameter lies in the flat vector. Of every layer and group of projections come the A matrices,
 * one below the other so that they are one matrix to the kernels, then the B matrices; after all layers come the
 * biases, which take no weight decay.
 */
public final class AdapterLayout {

    private final ModelConfiguration model;
    private final LoraConfiguration lora;
    private final List<Parameter> parameters = new ArrayList<>();
    private final long matrixElements;
    private long size;

    /** The kinds of parameters. */
    public enum Kind {
        /** [r, inputs]. */
        A,
        /** [outputs, r]. */
        B,
        /** [outputs]. */
        BIAS
    }

    /**
     * One tensor inside the flat vector.
     *
     * @param offset first element
     * @param rows rows of the matrix, or length of the bias
     * @param columns columns of the matrix, 1 for a bias
     */
    public record Parameter(int layer, Projection projection, Kind kind, long offset, int rows, int columns) {

        /** The number of elements. */
        public int elements() {
            return rows * columns;
        }

        /** The shape in files. */
        public long[] shape() {
            return kind == Kind.BIAS ? new long[] {rows} : new long[] {rows, columns};
        }
    }

    /** Lays an adapter out for a model. */
    public AdapterLayout(ModelConfiguration model, LoraConfiguration lora) {
        this.model = model;
        this.lora = lora;
        for (int layer = 0; layer < model.layers(); layer++) {
            for (Projection.Group group : Projection.Group.values()) {
                addMatrices(layer, targets(group));
            }
        }
        matrixElements = size;
        for (int layer = 0; layer < model.layers(); layer++) {
            for (Projection projection : Projection.values()) {
                if (projection.hasBias(model) && lora.trainsBiasOf(projection)) {
                    add(layer, projection, Kind.BIAS, projection.outputs(model), 1);
                }
            }
        }
    }

    /** All parameters in the order of the vector. */
    public List<Parameter> parameters() {
        return List.copyOf(parameters);
    }

    /** The number of elements of the vector: the trainable parameters. */
    public long size() {
        return size;
    }

    /** The number of leading elements that belong to matrices and take weight decay. */
    public long matrixElements() {
        return matrixElements;
    }

    /**
     * Views of a flat vector as one layer's factors, in the order of
     * {@link org.medtune.model.ActiveAdapter.Layer#factors()}.
     */
    List<Tensor> factors(TensorScope owner, Tensor flat, int layer) {
        Views views = new Views();
        for (Projection.Group group : Projection.Group.values()) {
            List<Projection> targets = targets(group);
            long stacked = targets.isEmpty() ? 0 : find(layer, targets.get(0), Kind.A).offset();
            long ranks = targets.stream().mapToLong(p -> lora.rank(layer, p)).sum();
            views.add(stacked, ranks, group.members().get(0).inputs(model));
            for (Projection projection : group.members()) {
                boolean target = targets.contains(projection);
                views.add(target ? find(layer, projection, Kind.B).offset() : 0, projection.outputs(model),
                        target ? lora.rank(layer, projection) : 0);
            }
        }
        return views.of(owner, flat);
    }

    /** Views of a flat vector as one layer's seven biases; those that are not trained have no elements. */
    List<Tensor> biases(TensorScope owner, Tensor flat, int layer) {
        Views views = new Views();
        for (Projection projection : Projection.values()) {
            if (projection.hasBias(model) && lora.trainsBiasOf(projection)) {
                Parameter bias = find(layer, projection, Kind.BIAS);
                views.add(bias.offset(), bias.rows(), Views.VECTOR);
            } else {
                views.add(0, 0, Views.VECTOR);
            }
        }
        return views.of(owner, flat);
    }

    private void addMatrices(int layer, List<Projection> targets) {
        targets.forEach(p -> add(layer, p, Kind.A, lora.rank(layer, p), p.inputs(model)));
        targets.forEach(p -> add(layer, p, Kind.B, p.outputs(model), lora.rank(layer, p)));
    }

    private void add(int layer, Projection projection, Kind kind, int rows, int columns) {
        parameters.add(new Parameter(layer, projection, kind, size, rows, columns));
        size += (long) rows * columns;
    }

    private List<Projection> targets(Projection.Group group) {
        return group.members().stream().filter(lora.targetModules()::contains).toList();
    }

    private Parameter find(int layer, Projection projection, Kind kind) {
        return parameters.stream()
                .filter(p -> p.layer() == layer && p.projection() == projection && p.kind() == kind)
                .findFirst()
                .orElseThrow();
    }

    /** The arguments of the kernel that makes views. */
    private static final class Views {

        /** Stands for the columns of a vector. */
        static final long VECTOR = -1;

        private final List<Long> offsets = new ArrayList<>();
        private final List<Long> rows = new ArrayList<>();
        private final List<Long> columns = new ArrayList<>();

        void add(long offset, long rows, long columns) {
            offsets.add(offset);
            this.rows.add(rows);
            this.columns.add(columns);
        }

        List<Tensor> of(TensorScope owner, Tensor flat) {
            return owner.call("matrix_views", flat, longs(offsets), longs(rows), longs(columns));
        }

        private static long[] longs(List<Long> values) {
            return values.stream().mapToLong(Long::longValue).toArray();
        }
    }
}
