package org.medtune.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.medtune.model.Projection.Group;
import org.medtune.tensor.AcceleratorKernels;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * A decoding step on an accelerator in bfloat16, all of it by the fused kernels: what a sequence becomes does not
 * depend on the others, and a step is not bound by the calls that it takes. Safe for use by many threads, one at a
 * time.
 */
final class FusedDecoding {

    private final ModelConfiguration configuration;
    private final ModelWeights weights;
    private final Tensor frequencies;
    private final TensorScope scope;
    private final FusedKernels kernels;
    private final FusedWeights matrices;
    private DecodingBuffers buffers;

    private FusedDecoding(ModelConfiguration configuration, AcceleratorKernels kernels, Quantization quantization,
            ModelWeights weights, Tensor frequencies, TensorScope scope) {
        this.configuration = configuration;
        this.weights = weights;
        this.frequencies = frequencies;
        this.scope = scope;
        this.kernels = new FusedKernels(kernels, configuration);
        this.matrices = new FusedWeights(this.kernels, configuration, quantization);
    }

    /**
     * The fused decoding of a model; empty where it has none. Weights and frequencies stay the caller's.
     *
     * @param scope owner of what steps need, as long as the model is there
     */
    static Optional<FusedDecoding> of(ModelConfiguration configuration, Optional<AcceleratorKernels> kernels,
            ElementType type, Quantization quantization, ModelWeights weights, Tensor frequencies, TensorScope scope) {
        if (type != ElementType.BFLOAT16 || !FusedKernels.take(configuration) || !FusedKernels.decode(configuration)) {
            return Optional.empty();
        }
        return kernels.map(
                k -> new FusedDecoding(configuration, k, quantization, weights, frequencies, scope));
    }

    /** The results of {@code generation.py}'s {@code step}. */
    synchronized List<Tensor> step(TensorScope work, DecodingStep step) {
        int rows = step.tokenIds().length;
        int padded = FusedKernels.padded(rows);
        DecodingBuffers b = buffers(padded);
        Tensor x = work.callForTensor("embed", weights.embedding(),
                work.ofLongs(Arrays.copyOf(step.tokenIds(), padded)));
        List<Tensor> tables = work.call("rotary_tables", work.ofLongs(Arrays.copyOf(step.rowPositions(), padded)),
                frequencies, weights.finalNorm());
        List<BankedRows> banks = step.bankedRows(work, configuration);
        kernels.rmsNorm(padded, x, Optional.empty(), weights.inputNorm(0), b.normalised(), 0);
        for (int layer = 0; layer < configuration.layers(); layer++) {
            project(work, step, padded, layer, Group.QKV, b.normalised().normalised(), b.qkv());
            for (BankedRows bank : banks) {
                kernels.rotateAndStore(b.qkv(), tables.get(0), tables.get(1), bank, layer);
                kernels.attend(b.qkv(), b.attended(), bank, layer);
            }
            project(work, step, padded, layer, Group.O, b.attended(), b.middle());
            kernels.rmsNorm(padded, b.middle(), Optional.of(x), weights.postAttentionNorm(layer), b.normalised(), 0);
            project(work, step, padded, layer, Group.GATE_UP, b.normalised().normalised(), b.gateUp());
            kernels.swiglu(padded, b.gateUp(), b.product());
            project(work, step, padded, layer, Group.DOWN, b.product(), x);
            Tensor norm = layer + 1 < configuration.layers() ? weights.inputNorm(layer + 1) : weights.finalNorm();
            kernels.rmsNorm(padded, x, Optional.of(b.middle()), norm, b.normalised(), 0);
        }
        kernels.product(padded, b.normalised().normalised(), weights.head(), Optional.empty(),
                configuration.hiddenSize(), b.logits());
        return work.call("most_likely", b.logits(), rows, step.wanted());
    }

    private void project(TensorScope work, DecodingStep step, int padded, int layer, Group group, Tensor x, Tensor y) {
        int inputs = group.members().get(0).inputs(configuration);
        Optional<Tensor> frozenBias = present(weights.layer(layer).get(ModelWeights.biasIndex(group)));
        boolean ownBiases = step.adapters().stream().anyMatch(adapter -> ownBias(adapter, layer, group).isPresent());
        Tensor widened = weights.widened(layer).get(group);
        Tensor weight = weights.layer(layer).get(ModelWeights.biasIndex(group) - 1);
        try (TensorScope dense = work.newScope()) {
            kernels.product(padded, x, widened != null ? widened : matrices.dense(dense, weight, group),
                    ownBiases ? Optional.empty() : frozenBias, inputs, y);
        }
        for (int segment = 0; segment < step.adapters().size(); segment++) {
            ActiveAdapter adapter = step.adapters().get(segment);
            List<Tensor> factors = adapter.layers().get(layer).factors();
            Tensor a = factors.get(LayerPass.firstFactor(group));
            Optional<Tensor> bias = ownBiases ? ownBias(adapter, layer, group).or(() -> frozenBias) : Optional.empty();
            boolean lowRank = a.shape()[0] > 0;
            if (lowRank) {
                kernels.product(padded, x, a, Optional.empty(), inputs, buffers.lowRank(a.shape()[0]));
            }
            if (lowRank || bias.isPresent()) {
                int first = (int) step.segments()[segment];
                kernels.addAdapter(y, buffers.lowRank(a.shape()[0]), LayerPass.bOf(factors, group), bias, first,
                        (int) step.segments()[segment + 1] - first, adapter.scaling());
            }
        }
    }

    private static Optional<Tensor> ownBias(ActiveAdapter adapter, int layer, Group group) {
        List<Tensor> biases = adapter.layers().get(layer).biases();
        return biases.isEmpty() ? Optional.empty() : present(biases.get(group.ordinal()));
    }

    private static Optional<Tensor> present(Tensor bias) {
        return bias.size() > 0 ? Optional.of(bias) : Optional.empty();
    }

    private DecodingBuffers buffers(int rows) {
        if (buffers == null || buffers.rows() < rows) {
            if (buffers != null) {
                buffers.close();
            }
            buffers = DecodingBuffers.of(scope, configuration, rows);
        }
        return buffers;
    }
}
