package org.medtune.model;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.medtune.StopSignal;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * The weights of a model on its device, in the order in which {@code layer.py} takes them; projections of one input are
 * stacked. Quantised matrices are vectors of bytes ({@link Nf4Matrix}). Owned by the scope into which they were loaded.
 */
final class ModelWeights {

    /** A tensor is mapped in parts of at most this size: a buffer cannot address more than 2 GiB. */
    private static final long LARGEST_MAPPING = 1L << 30;

    /** A tensor that will be quantised is float32 on the way: smaller parts, of whole rows and blocks. */
    static final long LARGEST_QUANTIZED = 16L << 20;
    private static final int PER_LAYER = 10;
    private static final double LARGEST_HALF = 65504;

    /**
     * Columns behind those of a matrix where an adapter's B can stand: a product with the input and its low-rank
     * activations side by side then adds the adapter without another pass over the output. Zeros, but for a training
     * pass, which writes them anew each time.
     */
    static final int SPARE_COLUMNS = 64;

    /** Where a layer's list has its norms. */
    static final int INPUT_NORM = 0;
    static final int POST_ATTENTION_NORM = 5;

    private final Tensor embedding;
    private final Tensor finalNorm;
    private final Tensor head;
    private final List<List<Tensor>> layers;
    private final List<Map<Projection.Group, Tensor>> widened;

    private ModelWeights(Tensor embedding, Tensor finalNorm, Tensor head, List<List<Tensor>> layers,
            List<Map<Projection.Group, Tensor>> widened) {
        this.embedding = embedding;
        this.finalNorm = finalNorm;
        this.head = head;
        this.layers = layers;
        this.widened = widened;
    }

    /**
     * Reads the weights of a folder.
     *
     * @param loftQ how matrices are changed before they are quantised; nothing where they are quantised as they are
     * @param widen groups whose matrices get {@link #SPARE_COLUMNS}; none with quantization
     * @param stop looked at before each layer
     */
    static ModelWeights load(ModelFolder folder, TensorScope scope, ElementType type, Quantization quantization,
            Optional<LoftQ> loftQ, Set<Projection.Group> widen, StopSignal stop) {
        Loader loader = new Loader(folder, scope, type, quantization, loftQ, widen);
        Tensor embedding = loader.tensor(WeightNames.EMBEDDING);
        Tensor head = folder.configuration().tiedEmbeddings() ? embedding : loader.tensor(WeightNames.HEAD);
        List<List<Tensor>> layers = new ArrayList<>();
        List<Map<Projection.Group, Tensor>> widened = new ArrayList<>();
        for (int layer = 0; layer < folder.configuration().layers(); layer++) {
            stop.check();
            Map<Projection.Group, Tensor> own = new EnumMap<>(Projection.Group.class);
            layers.add(loader.layer(layer, own));
            widened.add(own);
        }
        return new ModelWeights(embedding, loader.tensor(WeightNames.FINAL_NORM), head, List.copyOf(layers), widened);
    }

    /** One tensor of the files in float32, owned by the scope. */
    static Tensor read(ModelFolder folder, TensorScope scope, String name) {
        return new Loader(folder, scope, ElementType.FLOAT32, Quantization.NONE, Optional.empty(), Set.of())
                .tensor(name);
    }

    Tensor embedding() {
        return embedding;
    }

    Tensor finalNorm() {
        return finalNorm;
    }

    Tensor head() {
        return head;
    }

    List<Tensor> layer(int layer) {
        return layers.get(layer);
    }

    Tensor inputNorm(int layer) {
        return layers.get(layer).get(INPUT_NORM);
    }

    Tensor postAttentionNorm(int layer) {
        return layers.get(layer).get(POST_ATTENTION_NORM);
    }

    /** The matrices of a layer that have spare columns, with these; the layer's list has views without them. */
    Map<Projection.Group, Tensor> widened(int layer) {
        return widened.get(layer);
    }

    /** A layer's weights with some of its biases replaced by trained ones. */
    List<Tensor> layer(int layer, List<Tensor> trainedBiases) {
        if (trainedBiases.isEmpty()) {
            return layers.get(layer);
        }
        List<Tensor> replaced = new ArrayList<>(layers.get(layer));
        for (Projection.Group group : Projection.Group.values()) {
            Tensor trained = trainedBiases.get(group.ordinal());
            if (trained.size() > 0) {
                replaced.set(biasIndex(group), trained);
            }
        }
        return replaced;
    }

    /** Where a layer's list has the bias of a group. */
    static int biasIndex(Projection.Group group) {
        return switch (group) {
            case QKV -> 2;
            case O -> 4;
            case GATE_UP -> 7;
            case DOWN -> 9;
        };
    }

    private static final class Loader {

        private final ModelFolder folder;
        private final TensorScope scope;
        private final ElementType type;
        private final Quantization quantization;
        private final Optional<LoftQ> loftQ;
        private final Set<Projection.Group> widen;

        Loader(ModelFolder folder, TensorScope scope, ElementType type, Quantization quantization,
                Optional<LoftQ> loftQ, Set<Projection.Group> widen) {
            this.folder = folder;
            this.scope = scope;
            this.type = type;
            this.quantization = quantization;
            this.loftQ = loftQ;
            this.widen = widen;
        }

        List<Tensor> layer(int layer, Map<Projection.Group, Tensor> widened) {
            List<Tensor> weights = new ArrayList<>(PER_LAYER);
            weights.add(tensor(WeightNames.inputNorm(layer)));
            addGroup(weights, widened, layer, Projection.Group.QKV);
            addGroup(weights, widened, layer, Projection.Group.O);
            weights.add(tensor(WeightNames.postAttentionNorm(layer)));
            addGroup(weights, widened, layer, Projection.Group.GATE_UP);
            addGroup(weights, widened, layer, Projection.Group.DOWN);
            return List.copyOf(weights);
        }

        Tensor tensor(String name) {
            try (TensorScope parts = scope.newScope()) {
                return scope.adopt(stacked(parts, parts(parts, name)));
            }
        }

        private void addGroup(List<Tensor> weights, Map<Projection.Group, Tensor> widened, int layer,
                Projection.Group group) {
            try (TensorScope parts = scope.newScope()) {
                if (widen.contains(group)) {
                    Tensor whole = widened(parts, layer, group);
                    widened.put(group, whole);
                    weights.add(scope.callForTensor("columns", whole, 0, whole.shape()[1] - SPARE_COLUMNS));
                } else {
                    weights.add(scope.adopt(quantization == Quantization.NF4
                            ? quantized(parts, layer, group)
                            : stacked(parts, matrices(parts, layer, group))));
                }
                List<Tensor> biases = new ArrayList<>();
                for (Projection projection : group.members()) {
                    if (projection.hasBias(folder.configuration())) {
                        biases.addAll(parts(parts, WeightNames.bias(layer, projection)));
                    }
                }
                weights.add(biases.isEmpty() ? scope.zeros(type, 0) : scope.adopt(stacked(parts, biases)));
            }
        }

        private List<Tensor> matrices(TensorScope parts, int layer, Projection.Group group) {
            List<Tensor> matrices = new ArrayList<>();
            for (Projection projection : group.members()) {
                matrices.addAll(parts(parts, WeightNames.weight(layer, projection)));
            }
            return matrices;
        }

        /** A group with spare columns. */
        private Tensor widened(TensorScope parts, int layer, Projection.Group group) {
            ModelConfiguration shape = folder.configuration();
            long outputs = group.members().stream().mapToLong(p -> p.outputs(shape)).sum();
            Tensor whole = scope.zeros(type, outputs, group.members().get(0).inputs(shape) + SPARE_COLUMNS);
            long row = 0;
            for (Tensor part : matrices(parts, layer, group)) {
                parts.call("put", whole, row, part);
                row += part.shape()[0];
            }
            return whole;
        }

        private Tensor quantized(TensorScope parts, int layer, Projection.Group group) {
            Nf4Matrix matrix = new Nf4Matrix(parts, type);
            for (Projection projection : group.members()) {
                String name = WeightNames.weight(layer, projection);
                int rank = loftQ.filter(LoftQ::changesBase).map(l -> l.rank(layer, projection)).orElse(0);
                if (rank > 0) {
                    addForLoftQ(parts, matrix, name, rank);
                    continue;
                }
                ModelFolder.Location location = folder.tensor(name);
                long rowBytes = location.entry().length() / location.entry().shape()[0];
                // so many rows are whole blocks, however long a row is
                long rows = Math.max(1, LARGEST_QUANTIZED / rowBytes / Nf4Matrix.BLOCK) * Nf4Matrix.BLOCK;
                forEachPart(parts, location, rows, part -> {
                    requireRepresentable(parts, location, name, part);
                    matrix.add(part);
                    part.close();
                });
                matrix.endMatrix();
            }
            return matrix.bytes();
        }

        private void addForLoftQ(TensorScope parts, Nf4Matrix matrix, String name, int rank) {
            try (TensorScope work = parts.newScope()) {
                Tensor weight = read(folder, work, name);
                requireRepresentable(work, folder.tensor(name), name, weight);
                matrix.addAll(loftQ.orElseThrow().lastToQuantize(work, weight, rank, type));
            }
            matrix.endMatrix();
        }

        private static Tensor stacked(TensorScope parts, List<Tensor> tensors) {
            return tensors.size() == 1 ? tensors.get(0) : parts.callForTensor("stack_rows", tensors);
        }

        /** A tensor of the files in the compute type, in parts by rows where it is large. */
        private List<Tensor> parts(TensorScope parts, String name) {
            ModelFolder.Location location = folder.tensor(name);
            SafetensorsFile.Entry entry = location.entry();
            long rowBytes = entry.length() / entry.shape()[0];
            List<Tensor> tensors = new ArrayList<>();
            forEachPart(parts, location, Math.max(1, LARGEST_MAPPING / rowBytes), stored -> {
                if (entry.type() == type) {
                    tensors.add(stored);
                } else {
                    requireRepresentable(parts, location, name, stored);
                    tensors.add(parts.callForTensor("to_type", stored, type.scalarType()));
                    stored.close();
                }
            });
            return tensors;
        }

        /** Of the types that weights are computed in, only float16 has a smaller range than those of the files. */
        private void requireRepresentable(TensorScope parts, ModelFolder.Location location, String name,
                Tensor stored) {
            if (type != ElementType.FLOAT16) {
                return;
            }
            try (TensorScope work = parts.newScope()) {
                Tensor largest = work.callForTensor("largest", stored);
                double magnitude = work.callForTensor("to_type", largest, ElementType.FLOAT32.scalarType()).toDouble();
                if (magnitude > LARGEST_HALF) {
                    throw MESSAGES.weightTooLargeForHalf(location.file().path(), name, magnitude);
                }
            }
        }

        /** Reads a tensor of the files as it is stored, so many rows at a time. */
        private static void forEachPart(TensorScope parts, ModelFolder.Location location, long rowsPerPart,
                Consumer<Tensor> consumer) {
            SafetensorsFile.Entry entry = location.entry();
            long[] shape = entry.shape().clone();
            long rows = shape[0];
            long rowBytes = entry.length() / rows;
            for (long row = 0; row < rows; row += rowsPerPart) {
                shape[0] = Math.min(rowsPerPart, rows - row);
                consumer.accept(parts.copyOf(
                        location.file().map(entry, row * rowBytes, (int) (shape[0] * rowBytes)), entry.type(), shape));
            }
        }
    }
}
