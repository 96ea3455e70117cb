package org.medtune.adapter;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.ModelConfiguration;
import org.medtune.model.ModelFolder;
import org.medtune.model.Projection;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * An adapter on a model's device: one flat float32 vector of parameters, and the views through which the model's
 * passes see it. A model of 16-bit type sees a 16-bit copy, and where modules differ in their scaling, a copy in which
 * that is made even ({@link ScaledParts}); {@link #refresh} renews copies after the vector has changed. Used by one
 * thread while it changes; closing releases its memory.
 */
public final class LoraAdapter implements AutoCloseable {

    private final CausalLanguageModel model;
    private final LoraConfiguration configuration;
    private final AdapterLayout layout;
    private final ScaledParts scaledParts;
    private final Optional<AdapterValues> origin;
    private final TensorScope scope;
    private final Tensor parameters;
    private final Tensor computed;
    private final List<List<Tensor>> trainedBiases = new ArrayList<>();
    private final ActiveAdapter active;

    private LoraAdapter(CausalLanguageModel model, AdapterValues values, Optional<AdapterValues> origin) {
        this.model = model;
        this.configuration = values.configuration();
        this.layout = values.layout();
        this.origin = origin;
        this.scaledParts = new ScaledParts(layout, configuration);
        this.scope = model.newScope();
        this.parameters = scope.copyOf(values.buffer(), ElementType.FLOAT32, layout.size());
        boolean asItIs = model.type() == ElementType.FLOAT32 && scaledParts.isEmpty();
        this.computed = asItIs ? parameters : scope.zeros(model.type(), layout.size());
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
        return new LoraAdapter(model, firstValues(model, configuration, seed), Optional.empty());
    }

    /**
     * A new adapter that makes up for what a model in 4 bits has lost, as far as its rank allows (LoftQ): scaling * B A
     * is nearest to the matrix in the files less the one in the model, the singular values divided between A and B.
     * What is written of such an adapter is its difference from these first values, for the model as it is in its
     * files.
     *
     * @param folder the model's files
     */
    public static LoraAdapter initializeWithLoftQ(CausalLanguageModel model, ModelFolder folder,
            LoraConfiguration configuration) {
        AdapterValues values = firstValues(model, configuration, 0);
        FloatBuffer floats = values.buffer().asFloatBuffer();
        double before = 0;
        double after = 0;
        for (AdapterLayout.Parameter b : values.layout().parameters()) {
            if (b.kind() != AdapterLayout.Kind.B) {
                continue;
            }
            AdapterLayout.Parameter a = values.find(b.layer(), b.projection(), AdapterLayout.Kind.A).orElseThrow();
            try (TensorScope work = model.newScope()) {
                List<Tensor> factors =
                        model.lossOfQuantization(work, folder, b.layer(), b.projection(), b.columns());
                double share = Math.sqrt(configuration.scaling(b.layer(), b.projection()));
                put(floats, b, factors.get(0).toFloatArray(), share);
                put(floats, a, factors.get(1).toFloatArray(), share);
                DoubleBuffer norms = factors.get(2).toBytes().asDoubleBuffer();
                before += norms.get(0);
                after += norms.get(1);
            }
        }
        MESSAGES.loftQInitialized(Math.sqrt(before), Math.sqrt(after));
        return new LoraAdapter(model, values, Optional.of(values));
    }

    private static void put(FloatBuffer floats, AdapterLayout.Parameter parameter, float[] factor, double share) {
        floats.position((int) parameter.offset());
        for (float value : factor) {
            floats.put((float) (value / share));
        }
    }

    private static AdapterValues firstValues(CausalLanguageModel model, LoraConfiguration configuration, long seed) {
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
        return new AdapterValues(configuration, layout, values);
    }

    /** An adapter with values from elsewhere, which are copied. */
    static LoraAdapter of(CausalLanguageModel model, AdapterValues values) {
        return new LoraAdapter(model, values, Optional.empty());
    }

    /** An adapter that is written as its difference from its first values. */
    static LoraAdapter of(CausalLanguageModel model, AdapterDifference difference) {
        return new LoraAdapter(model, difference.trained(), Optional.of(difference.origin()));
    }

    /** What this adapter consists of. */
    public LoraConfiguration configuration() {
        return configuration;
    }

    /** Where each parameter lies in the flat vector. */
    public AdapterLayout layout() {
        return layout;
    }

    /** Where each parameter lies in what is written: of twice the rank where that is a difference from first values. */
    public AdapterLayout writtenLayout() {
        return origin.isEmpty() ? layout : new AdapterLayout(model.configuration(), configuration.doubled());
    }

    /** What is written: an adapter for the model as it is in its files. */
    AdapterValues written() {
        AdapterValues values = new AdapterValues(configuration, layout, parameters.toBytes());
        return origin.map(first -> new AdapterDifference(values, first).joined(model.configuration())).orElse(values);
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
                scaledParts.assign(work, computed, parameters);
            }
            for (int layer = 0; layer < trainedBiases.size(); layer++) {
                refreshBiases(work, layer);
            }
        }
    }

    /** This adapter on another replica of its model, with values of its own; the caller closes it. */
    public LoraAdapter copyOn(CausalLanguageModel replica) {
        LoraAdapter copy = new LoraAdapter(replica,
                new AdapterValues(configuration, layout, allocate(layout)), Optional.empty());
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
        return new LoraGradient(model, layout, scaledParts);
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
