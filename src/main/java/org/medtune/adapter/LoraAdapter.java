package org.medtune.adapter;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.ModelConfiguration;
import org.medtune.model.Projection;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * An adapter on a model's device: one flat float32 vector of parameters, and the views through which the model's
 * passes see it. A model of 16-bit type sees a 16-bit copy, which {@link #refresh} renews after the vector has
 * changed. Used by one thread while it changes; closing releases its memory.
 */
public final class LoraAdapter implements AutoCloseable {

    private final CausalLanguageModel model;
    private final LoraConfiguration configuration;
    private final AdapterLayout layout;
    private final TensorScope scope;
    private final Tensor parameters;
    private final Tensor computed;
    private final List<List<Tensor>> trainedBiases = new ArrayList<>();
    private final ActiveAdapter active;

    private LoraAdapter(
            CausalLanguageModel model, LoraConfiguration configuration, AdapterLayout layout, ByteBuffer values) {
        this.model = model;
        this.configuration = configuration;
        this.layout = layout;
        this.scope = model.newScope();
        this.parameters = scope.copyOf(values, ElementType.FLOAT32, layout.size());
        this.computed = model.type() == ElementType.FLOAT32 ? parameters : scope.zeros(model.type(), layout.size());
        List<ActiveAdapter.Layer> layers = new ArrayList<>();
        for (int layer = 0; layer < model.configuration().layers(); layer++) {
            layers.add(new ActiveAdapter.Layer(layout.factors(scope, computed, layer), trainedBiases(layer)));
        }
        this.active = new ActiveAdapter(List.copyOf(layers), configuration.scaling(), configuration.dropout());
        refresh();
    }

    /**
     * A new adapter that does not change the model: A from a uniform distribution within 1 / sqrt(inputs), which is
     * Kaiming's with a = sqrt(5) as PEFT draws it, B zero, trained biases as they are in the model.
     *
     * @param seed draws are a function of this number and the parameter's place
     */
    public static LoraAdapter initialize(CausalLanguageModel model, LoraConfiguration configuration, long seed) {
        AdapterLayout layout = new AdapterLayout(model.configuration(), configuration);
        ByteBuffer values = allocate(layout);
        FloatBuffer floats = values.asFloatBuffer();
        SplittableRandom seeds = new SplittableRandom(seed);
        for (AdapterLayout.Parameter parameter : layout.parameters()) {
            SplittableRandom random = seeds.split();
            floats.position((int) parameter.offset());
            switch (parameter.kind()) {
                case A -> {
                    double bound = 1.0 / Math.sqrt(parameter.columns());
                    for (int i = 0; i < parameter.elements(); i++) {
                        floats.put((float) random.nextDouble(-bound, bound));
                    }
                }
                case B -> { }
                case BIAS -> floats.put(modelBias(model, parameter));
            }
        }
        return new LoraAdapter(model, configuration, layout, values);
    }

    /**
     * An adapter with values from elsewhere.
     *
     * @param values the flat vector in the order of {@link AdapterLayout}, a direct little-endian float32 buffer;
     *     copied
     */
    static LoraAdapter of(CausalLanguageModel model, LoraConfiguration configuration, ByteBuffer values) {
        return new LoraAdapter(model, configuration, new AdapterLayout(model.configuration(), configuration), values);
    }

    /** What this adapter consists of. */
    public LoraConfiguration configuration() {
        return configuration;
    }

    /** Where each parameter lies in the flat vector. */
    public AdapterLayout layout() {
        return layout;
    }

    /** The flat float32 vector. Owned by this adapter; after a change, {@link #refresh}. */
    public Tensor parameters() {
        return parameters;
    }

    /** What the model's passes take. Valid while this adapter is open. */
    public ActiveAdapter active() {
        return active;
    }

    /** Makes changes of the flat vector visible to {@link #active()}. */
    public void refresh() {
        try (TensorScope work = scope.newScope()) {
            if (computed != parameters) {
                work.call("assign", computed, parameters);
            }
            for (int layer = 0; layer < trainedBiases.size(); layer++) {
                refreshBiases(work, layer);
            }
        }
    }

    /** This adapter on another replica of its model, with values of its own; the caller closes it. */
    public LoraAdapter copyOn(CausalLanguageModel replica) {
        LoraAdapter copy = new LoraAdapter(replica, configuration, layout, allocate(layout));
        try {
            copy.takeValuesOf(this);
            return copy;
        } catch (RuntimeException | Error e) {
            copy.close();
            throw e;
        }
    }

    /** Takes the values of an adapter of the same layout over, whichever device it is on. */
    public void takeValuesOf(LoraAdapter other) {
        try (TensorScope work = scope.newScope()) {
            work.call("assign", parameters, other.parameters);
        }
        refresh();
    }

    /** Opens a scope on the adapter's device that the caller closes. */
    public TensorScope newScope() {
        return model.newScope();
    }

    /** A gradient of this adapter's layout, all zeros, that the caller closes. */
    public LoraGradient newGradient() {
        return new LoraGradient(model, layout);
    }

    /** Releases the parameters. */
    @Override
    public void close() {
        scope.close();
    }

    static ByteBuffer allocate(AdapterLayout layout) {
        int bytes = Math.toIntExact(layout.size() * Float.BYTES);
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Tensors that stand in for the model's biases, a group each; empty when none is trained in the whole model. */
    private List<Tensor> trainedBiases(int layer) {
        if (layout.matrixElements() == layout.size()) {
            return List.of();
        }
        ModelConfiguration shape = model.configuration();
        List<Tensor> groups = new ArrayList<>();
        for (Projection.Group group : Projection.Group.values()) {
            boolean trained = group.members().stream()
                    .anyMatch(p -> p.hasBias(shape) && configuration.trainsBiasOf(p));
            long length = group.members().stream().mapToLong(p -> p.outputs(shape)).sum();
            groups.add(scope.zeros(model.type(), trained ? length : 0));
        }
        trainedBiases.add(List.copyOf(groups));
        return trainedBiases.get(layer);
    }

    private void refreshBiases(TensorScope work, int layer) {
        List<Tensor> trained = layout.biases(work, computed, layer);
        for (Projection.Group group : Projection.Group.values()) {
            Tensor target = trainedBiases.get(layer).get(group.ordinal());
            if (target.size() == 0) {
                continue;
            }
            List<Tensor> pieces = new ArrayList<>();
            long offset = 0;
            for (Projection projection : group.members()) {
                long outputs = projection.outputs(model.configuration());
                Tensor own = trained.get(projection.ordinal());
                pieces.add(own.size() > 0 ? own : slice(work, model.bias(layer, group), offset, outputs));
                offset += outputs;
            }
            work.call("assign", target, work.callForTensor("stack_rows", pieces));
        }
    }

    private static Tensor slice(TensorScope work, Tensor vector, long offset, long length) {
        return work.callForTensor("matrix_views", vector, new long[] {offset}, new long[] {length}, new long[] {-1});
    }

    private static float[] modelBias(CausalLanguageModel model, AdapterLayout.Parameter parameter) {
        Projection projection = parameter.projection();
        long offset = projection.group().members().stream()
                .takeWhile(p -> p != projection)
                .mapToLong(p -> p.outputs(model.configuration()))
                .sum();
        try (TensorScope work = model.newScope()) {
            Tensor own = slice(work, model.bias(parameter.layer(), projection.group()), offset, parameter.rows());
            return work.callForTensor("to_type", own, ElementType.FLOAT32.scalarType()).toFloatArray();
        }
    }
}
