package org.medtune.model;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.medtune.StopSignal;
import org.medtune.tensor.AcceleratorKernels;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorRuntime;
import org.medtune.tensor.TensorScope;

/**
 * A frozen model resident on one device. Its passes are stateless and run by layer; what they return belongs to the
 * scope they are given. Several threads may use one model at a time, each with scopes of its own. Closing the model
 * releases its weights.
 */
public final class CausalLanguageModel implements AutoCloseable {

    private final ModelConfiguration configuration;
    private final ComputeDevice device;
    private final ElementType type;
    private final Quantization quantization;
    private final AttentionKernel attention;
    private final TensorScope scope;
    private final ModelWeights weights;
    private final Tensor frequencies;
    private final ActiveAdapter noAdapter;
    private final Tensor none;
    private final List<Tensor> allWeights;
    private final ProductRows stepRows;
    private final ComputePath path;
    private final Optional<FusedDecoding> fusedDecoding;

    private CausalLanguageModel(
            ModelConfiguration configuration, ComputeDevice device, ElementType type, Quantization quantization,
            TensorScope scope, ModelWeights weights) {
        this.configuration = configuration;
        this.device = device;
        this.type = type;
        this.quantization = quantization;
        this.attention = AttentionKernel.of(device, type);
        this.scope = scope;
        this.weights = weights;
        this.frequencies = frequencies(scope, configuration);
        this.noAdapter = ActiveAdapter.none(scope, configuration, type);
        this.none = scope.zeros(type, 0);
        this.allWeights = IntStream.range(0, configuration.layers())
                .mapToObj(weights::layer)
                .flatMap(List::stream)
                .toList();
        this.stepRows = ProductRows.measure(scope, device.accelerator(), type, this::projections, weights.head());
        ComputePath scripted = new ScriptedPath(configuration, device, weights.finalNorm(), weights.head());
        Optional<AcceleratorKernels> kernels = AcceleratorKernels.on(device);
        this.path = FusedPath.of(configuration, kernels, type, quantization, scripted, weights.finalNorm(),
                weights.head()).orElse(scripted);
        this.fusedDecoding = FusedDecoding.of(configuration, kernels, type, quantization, weights, frequencies, scope);
    }

    /** {@link #load(ModelFolder, ComputeDevice, ElementType, Quantization)} without quantization. */
    public static CausalLanguageModel load(ModelFolder folder, ComputeDevice device, ElementType type) {
        return load(folder, device, type, Quantization.NONE);
    }

    /** {@link #load(ModelFolder, ComputeDevice, ElementType, Quantization, Optional)} without LoftQ. */
    public static CausalLanguageModel load(
            ModelFolder folder, ComputeDevice device, ElementType type, Quantization quantization) {
        return load(folder, device, type, quantization, Optional.empty());
    }

    /** {@link #load(ModelFolder, ComputeDevice, ElementType, Quantization, Optional, StopSignal)} to its end. */
    public static CausalLanguageModel load(
            ModelFolder folder, ComputeDevice device, ElementType type, Quantization quantization,
            Optional<LoftQ> loftQ) {
        return load(folder, device, type, quantization, loftQ, StopSignal.NEVER);
    }

    /**
     * Loads the weights of an opened folder. What they will take is logged, and compared with what is free, before
     * anything is read.
     *
     * @param type in which matrix products are computed and all weights held that are not quantised:
     *     {@link ElementType#FLOAT32}, {@link ElementType#BFLOAT16} or {@link ElementType#FLOAT16}
     * @param quantization how the matrices of projections are held
     * @param loftQ for which adapter's first values the base is quantised; nothing for the model as it is
     * @param stop looked at before each layer
     * @throws org.medtune.StoppedException when that asks for a stop
     * @throws org.medtune.RecoverableException when the device's memory does not suffice
     */
    public static CausalLanguageModel load(
            ModelFolder folder, ComputeDevice device, ElementType type, Quantization quantization,
            Optional<LoftQ> loftQ, StopSignal stop) {
        WeightMemory.announce(folder, device, type, quantization);
        TensorScope scope = TensorRuntime.on(device).newScope();
        try {
            ModelWeights weights = ModelWeights.load(folder, scope, type, quantization, loftQ,
                    FusedPath.groupsToWiden(folder.configuration(), device, type, quantization), stop);
            MESSAGES.modelLoaded(folder.path(), folder.storedBytes() >> 20, type.safetensorsName(),
                    quantization.label(), device.description(), TensorRuntime.describe());
            return new CausalLanguageModel(folder.configuration(), device, type, quantization, scope, weights);
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        }
    }

    /** The model's shape. */
    public ModelConfiguration configuration() {
        return configuration;
    }

    /** The device that holds the weights. */
    public ComputeDevice device() {
        return device;
    }

    /** The type of activations, and of weights that are not quantised. */
    public ElementType type() {
        return type;
    }

    /** How the matrices of projections are held. */
    public Quantization quantization() {
        return quantization;
    }

    /** How it attends in training. */
    public AttentionKernel attention() {
        return attention;
    }

    /** Whether fused kernels compute what lies between products and attention in training. */
    public boolean fused() {
        return path instanceof FusedPath;
    }

    /** An adapter of rank 0: with it the model is the base model. Owned by the model. */
    public ActiveAdapter noAdapter() {
        return noAdapter;
    }

    /** The frozen bias of a projection group [outputs]; without elements when it has none. Owned by the model. */
    public Tensor bias(int layer, Projection.Group group) {
        return weights.layer(layer).get(ModelWeights.biasIndex(group));
    }

    /**
     * Low-rank factors of what a projection has lost by quantisation.
     *
     * @param folder the model's files
     * @return L [outputs, rank] and R [rank, inputs], float32, with L R nearest to the difference of the matrix in the
     *     files and the one in this model; then, float64 [2], the squared norm of the difference without and with L R
     */
    public List<Tensor> lossOfQuantization(TensorScope owner, ModelFolder folder, int layer, Projection projection,
            int rank) {
        long first = projection.group().members().stream()
                .takeWhile(member -> member != projection)
                .mapToLong(member -> member.outputs(configuration))
                .sum();
        try (TensorScope work = newScope()) {
            Tensor weight = ModelWeights.read(folder, work, WeightNames.weight(layer, projection));
            return owner.adopt(
                    work.call("loftq_factors", weight, dense(work, layer, projection.group()), first, rank));
        }
    }

    /** Opens a scope on the model's device that the caller closes. */
    public TensorScope newScope() {
        return TensorRuntime.on(device).newScope();
    }

    /** Lays rows of at least two token ids out for a pass. */
    public MicroBatch microBatch(TensorScope owner, List<int[]> rows) {
        return MicroBatch.of(owner, rows, this);
    }

    /** Token vectors [tokens, hidden]. */
    public Tensor embed(TensorScope owner, MicroBatch batch) {
        return owner.callForTensor("embed", weights.embedding(), batch.tokenIds());
    }

    /**
     * One decoder layer.
     *
     * @param x [tokens, hidden]
     * @param dropoutSeed first of the seven seeds of this layer's dropout masks; unused without dropout
     * @param retention what to keep for {@link #layerBackward}
     * @return the layer's output, then what was kept
     */
    public List<Tensor> layerForward(TensorScope owner, int layer, Tensor x, MicroBatch batch, ActiveAdapter adapter,
            long dropoutSeed, Retention retention) {
        return path.forward(owner, pass(layer, batch, adapter, dropoutSeed), x, retention);
    }

    /**
     * The backward pass of one layer, with what was not kept computed again.
     *
     * @param dy gradient of the layer's output; may be overwritten
     * @param x the layer's input
     * @param kept what {@link #layerForward} returned after the output; may be overwritten
     * @param gradients float32 gradients to add to: as the factors of {@link ActiveAdapter.Layer}, then the biases of
     *     the seven projections, without elements where not trained
     * @return gradient of {@code x}
     */
    public Tensor layerBackward(TensorScope owner, int layer, Tensor dy, Tensor x, List<Tensor> kept, MicroBatch batch,
            ActiveAdapter adapter, List<Tensor> gradients, long dropoutSeed) {
        return path.backward(owner, pass(layer, batch, adapter, dropoutSeed), dy, x, kept, gradients);
    }

    /**
     * The sum of the negative log likelihoods of all targets, in nats.
     *
     * @param x output of the last layer
     * @param gradientScale 0 for the sum alone
     * @return the sum (float64 scalar), then, with a scale, {@code gradientScale} times its gradient by {@code x}
     */
    public List<Tensor> nextTokenLoss(TensorScope owner, Tensor x, MicroBatch batch, double gradientScale) {
        return path.nextTokenLoss(owner, x, batch.targets(), gradientScale);
    }

    /** The sum of the negative log likelihoods of rows, in nats, by a forward pass without gradients. */
    public double negativeLogLikelihood(List<int[]> rows, ActiveAdapter adapter) {
        try (TensorScope owner = newScope()) {
            MicroBatch batch = microBatch(owner, rows);
            return nextTokenLoss(owner, hiddenStates(owner, batch, adapter), batch, 0.0).get(0).toDouble();
        }
    }

    /**
     * The negative log likelihoods of spans of one row, each summed over its tokens, in nats, by one forward pass
     * without gradients.
     *
     * @param tokenIds at least two
     * @param bounds   indices of tokens, ascending: where each span begins, and behind the last one; the first token of
     *     a row is predicted by nothing, so at least 1
     * @return a sum a span, 0 for one without tokens
     */
    public List<Double> negativeLogLikelihoods(int[] tokenIds, int[] bounds, ActiveAdapter adapter) {
        try (TensorScope owner = newScope()) {
            MicroBatch batch = microBatch(owner, List.of(tokenIds));
            Tensor x = hiddenStates(owner, batch, adapter);
            List<Double> sums = new ArrayList<>();
            for (int i = 0; i + 1 < bounds.length; i++) {
                long from = bounds[i] - 1L;
                long to = bounds[i + 1] - 1L;
                sums.add(from == to ? 0.0 : path.nextTokenLoss(owner, owner.callForTensor("rows", x, from, to),
                        owner.callForTensor("rows", batch.targets(), from, to), 0.0).get(0).toDouble());
            }
            return sums;
        }
    }

    /** Float32 logits [tokens, vocabulary] of every position of one row of token ids. */
    public Tensor logits(TensorScope owner, int[] tokenIds, ActiveAdapter adapter) {
        try (TensorScope work = newScope()) {
            // a micro-batch has no input for the last token of a row: one more, whatever it is, makes it an input
            int[] row = Arrays.copyOf(tokenIds, tokenIds.length + 1);
            MicroBatch batch = microBatch(work, List.of(row));
            return owner.callForTensor("logits", hiddenStates(work, batch, adapter), weights.finalNorm(),
                    weights.head(), configuration.rmsNormEpsilon());
        }
    }

    /**
     * Runs tokens of one sequence through the whole model, reading and extending its cache.
     *
     * @return what comes after the last of the tokens
     * @throws IllegalArgumentException when the cache has no room for the tokens
     */
    public NextToken prefill(Continuation sequence) {
        KeyValueCache cache = sequence.cache();
        cache.requireRoom(sequence.tokenIds().length);
        DecodingStep step = new DecodingStep(List.of(sequence), configuration.layers());
        try (TensorScope work = newScope()) {
            Tensor tokenIds = work.ofLongs(Arrays.stream(sequence.tokenIds()).asLongStream().toArray());
            List<Tensor> results = work.call("prefill", tokenIds, cache.length(), cache.slot(), step.banks(),
                    weights.embedding(), weights.finalNorm(), weights.head(), frequencies, allWeights, step.factors(),
                    step.biases(none), sequence.adapter().scaling(), step.wanted(), configuration.rmsNormEpsilon());
            cache.advance(sequence.tokenIds().length);
            return step.inOrderOfSequences(results).get(0);
        }
    }

    /**
     * Runs one token of each of several sequences through the whole model in one call. What a sequence becomes does not
     * depend on which others there are: on a processor to the last bit, within one process.
     *
     * @param sequences each with a single token
     * @return what comes after each
     * @throws IllegalArgumentException when a cache has no room for the token
     */
    public List<NextToken> step(List<Continuation> sequences) {
        sequences.forEach(sequence -> sequence.cache().requireRoom(1));
        DecodingStep step = new DecodingStep(sequences, configuration.layers());
        try (TensorScope work = newScope()) {
            List<Tensor> results = fusedDecoding.isPresent() ? fusedDecoding.get().step(work, step)
                    : scriptedStep(work, step);
            sequences.forEach(sequence -> sequence.cache().advance(1));
            return step.inOrderOfSequences(results);
        }
    }

    /** Releases the weights. */
    @Override
    public void close() {
        scope.close();
    }

    List<Tensor> rotaryTables(TensorScope owner, long[] positions) {
        return owner.call("rotary_tables", owner.ofLongs(positions), frequencies, weights.finalNorm());
    }

    private Tensor hiddenStates(TensorScope owner, MicroBatch batch, ActiveAdapter adapter) {
        Tensor x = embed(owner, batch);
        for (int layer = 0; layer < configuration.layers(); layer++) {
            Tensor y = layerForward(owner, layer, x, batch, adapter, 0, Retention.NOTHING).get(0);
            x.close();
            x = y;
        }
        return x;
    }

    private List<Tensor> scriptedStep(TensorScope work, DecodingStep step) {
        return work.call("step", work.ofLongs(step.tokenIds()), work.ofLongs(step.rowPositions()),
                work.ofLongs(step.slotsOfRows()), step.banks(), step.rowsOfSlots(work), step.positionsOfSlots(work),
                step.keys(), weights.embedding(), weights.finalNorm(), weights.head(), frequencies, allWeights,
                step.factors(), step.biases(none), step.segments(), step.scalings(), step.wanted(),
                configuration.rmsNormEpsilon(), stepRows.least(), stepRows.most());
    }

    private LayerPass pass(int layer, MicroBatch batch, ActiveAdapter adapter, long dropoutSeed) {
        ActiveAdapter.Layer own = adapter.layers().get(layer);
        return new LayerPass(batch, weights.layer(layer, own.biases()), weights.widened(layer), own.factors(),
                adapter.scaling(), adapter.dropout(), dropoutSeed);
    }

    /** The matrices of one layer as products take them, those of one input stacked; the owner gets what is made. */
    private List<Tensor> projections(TensorScope owner) {
        List<Tensor> matrices = new ArrayList<>();
        for (Projection.Group group : Projection.Group.values()) {
            matrices.add(dense(owner, 0, group));
        }
        return matrices;
    }

    private Tensor dense(TensorScope owner, int layer, Projection.Group group) {
        Tensor weight = weights.layer(layer).get(ModelWeights.biasIndex(group) - 1);
        if (quantization == Quantization.NONE) {
            return weight;
        }
        List<Tensor> parts = group.members().stream()
                .map(projection -> owner.zeros(type, projection.outputs(configuration), 0))
                .toList();
        return owner.callForTensor("nf4_dense", weight, group.members().get(0).inputs(configuration), parts,
                type.scalarType());
    }

    private static Tensor frequencies(TensorScope scope, ModelConfiguration configuration) {
        RotaryEmbedding rotary = configuration.rotaryEmbedding();
        Tensor plain = scope.callForTensor("inverse_frequencies", configuration.headSize(), rotary.theta(),
                scope.zeros(ElementType.FLOAT32, 1));
        if (rotary.scaling() instanceof RotaryEmbedding.Linear linear) {
            return scope.callForTensor("linear_frequencies", plain, linear.factor());
        }
        if (rotary.scaling() instanceof RotaryEmbedding.Llama3 llama3) {
            return scope.callForTensor("llama3_frequencies", plain, llama3.factor(), llama3.lowFrequencyFactor(),
                    llama3.highFrequencyFactor(), (double) llama3.originalContext());
        }
        return plain;
    }
}
