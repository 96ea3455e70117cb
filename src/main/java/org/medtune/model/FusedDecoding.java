package org.medtune.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.medtune.model.Projection.Group;
import org.medtune.tensor.AcceleratorKernels;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * A decoding step on an accelerator in bfloat16: products by PyTorch's libraries, everything between them, attention
 * over the caches too, by the fused kernels. Products are of blocks of {@value #BLOCK} rows, so that what a sequence
 * becomes does not depend on the others.
 */
final class FusedDecoding {

    private static final int BLOCK = 32;

    private final ModelConfiguration configuration;
    private final ModelWeights weights;
    private final Tensor frequencies;
    private final FusedKernels kernels;
    private final FusedWeights matrices;

    private FusedDecoding(ModelConfiguration configuration, AcceleratorKernels kernels, Quantization quantization,
            ModelWeights weights, Tensor frequencies) {
        this.configuration = configuration;
        this.weights = weights;
        this.frequencies = frequencies;
        this.kernels = new FusedKernels(kernels, configuration);
        this.matrices = new FusedWeights(this.kernels, configuration, quantization);
    }

    /** The fused decoding of a model; empty where it has none. Weights and frequencies stay the caller's. */
    static Optional<FusedDecoding> of(ModelConfiguration configuration, Optional<AcceleratorKernels> kernels,
            ElementType type, Quantization quantization, ModelWeights weights, Tensor frequencies) {
        if (type != ElementType.BFLOAT16 || !FusedKernels.take(configuration) || !FusedKernels.attend(configuration)) {
            return Optional.empty();
        }
        return kernels.map(k -> new FusedDecoding(configuration, k, quantization, weights, frequencies));
    }

    /** The results of {@code generation.py}'s {@code step}. */
    List<Tensor> step(TensorScope work, DecodingStep step) {
        int rows = step.tokenIds().length;
        int padded = (rows + BLOCK - 1) / BLOCK * BLOCK;
        Tensor x = work.callForTensor("embed", weights.embedding(),
                work.ofLongs(Arrays.copyOf(step.tokenIds(), padded)));
        List<Tensor> tables = work.call("rotary_tables", work.ofLongs(Arrays.copyOf(step.rowPositions(), padded)),
                frequencies, weights.finalNorm());
        List<BankedRows> banks = step.bankedRows(work, configuration);
        List<Tensor> masks = work.call("segment_masks", step.segments(), padded, x);
        Tensor h = kernels.rmsNorm(work, x, Optional.empty(), weights.inputNorm(0), 0).normalised();
        for (int layer = 0; layer < configuration.layers(); layer++) {
            try (TensorScope inner = work.newScope()) {
                Tensor qkv = project(inner, step, layer, Group.QKV, h, masks);
                Tensor attended = kernels.empty(inner, qkv, padded, configuration.queryWidth());
                for (BankedRows bank : banks) {
                    kernels.rotateAndStore(qkv, tables.get(0), tables.get(1), bank, layer);
                    kernels.attend(qkv, attended, bank, layer);
                }
                Tensor middle = project(inner, step, layer, Group.O, attended, masks);
                Tensor second = kernels.rmsNorm(inner, middle, Optional.of(x), weights.postAttentionNorm(layer), 0)
                        .normalised();
                Tensor product = kernels.swiglu(inner, project(inner, step, layer, Group.GATE_UP, second, masks));
                x = work.adopt(project(inner, step, layer, Group.DOWN, product, masks));
                Tensor norm = layer + 1 < configuration.layers() ? weights.inputNorm(layer + 1)
                        : weights.finalNorm();
                h = work.adopt(kernels.rmsNorm(inner, x, Optional.of(middle), norm, 0).normalised());
            }
        }
        return work.call("block_results", h, weights.head(), rows, step.wanted(), BLOCK);
    }

    private Tensor project(TensorScope inner, DecodingStep step, int layer, Group group, Tensor x,
            List<Tensor> masks) {
        Tensor weight = weights.layer(layer).get(ModelWeights.biasIndex(group) - 1);
        Tensor bias = weights.layer(layer).get(ModelWeights.biasIndex(group));
        List<Tensor> factors = new ArrayList<>();
        List<Tensor> biases = new ArrayList<>();
        for (ActiveAdapter adapter : step.adapters()) {
            ActiveAdapter.Layer own = adapter.layers().get(layer);
            int first = LayerPass.firstFactor(group);
            factors.addAll(own.factors().subList(first, first + 1 + group.members().size()));
            biases.add(own.biases().isEmpty() ? bias : own.biases().get(group.ordinal()));
        }
        try (TensorScope dense = inner.newScope()) {
            return inner.callForTensor("block_project", x, matrices.dense(dense, weight, group), bias,
                    group.members().size(), factors, biases, masks, step.scalings(), BLOCK);
        }
    }
}
