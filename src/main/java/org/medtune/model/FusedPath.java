package org.medtune.model;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.medtune.model.Projection.Group;
import org.medtune.tensor.AcceleratorKernels;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * A layer on an accelerator in bfloat16: products and attention by PyTorch's libraries, everything between them by the
 * fused kernels. Passes with dropout take the scripted path.
 */
final class FusedPath implements ComputePath {

    private static final long LOGIT_BYTES = 256L << 20;

    private final ModelConfiguration configuration;
    private final FusedKernels kernels;
    private final FusedWeights matrices;
    private final ComputePath scripted;
    private final Tensor finalNorm;
    private final Tensor head;

    /** Held from writing spare columns to the product that reads them: several passes may use a model at a time. */
    private final Object widenedInUse = new Object();

    private FusedPath(ModelConfiguration configuration, AcceleratorKernels kernels, Quantization quantization,
            ComputePath scripted, Tensor finalNorm, Tensor head) {
        this.configuration = configuration;
        this.kernels = new FusedKernels(kernels, configuration);
        this.matrices = new FusedWeights(this.kernels, configuration, quantization);
        this.scripted = scripted;
        this.finalNorm = finalNorm;
        this.head = head;
    }

    /**
     * The fused path of a model; empty where it has none.
     *
     * @param scripted for what this path does not take
     * @param finalNorm stays the caller's, as does {@code head}
     */
    static Optional<ComputePath> of(ModelConfiguration configuration, Optional<AcceleratorKernels> kernels,
            ElementType type, Quantization quantization, ComputePath scripted, Tensor finalNorm, Tensor head) {
        if (type != ElementType.BFLOAT16 || !FusedKernels.take(configuration)) {
            return Optional.empty();
        }
        return kernels.map(k -> new FusedPath(configuration, k, quantization, scripted, finalNorm, head));
    }

    /** The groups whose matrices are to have spare columns: those whose output is wider than their input. */
    static Set<Group> groupsToWiden(ModelConfiguration configuration, ComputeDevice device, ElementType type,
            Quantization quantization) {
        boolean fused = type == ElementType.BFLOAT16 && quantization == Quantization.NONE
                && FusedKernels.take(configuration) && AcceleratorKernels.on(device).isPresent();
        return fused ? EnumSet.of(Group.QKV, Group.GATE_UP) : EnumSet.noneOf(Group.class);
    }

    @Override
    public List<Tensor> forward(TensorScope owner, LayerPass pass, Tensor x, Retention retention) {
        if (pass.dropout() > 0) {
            return scripted.forward(owner, pass, x, retention);
        }
        try (TensorScope work = owner.newScope()) {
            FusedActivations activations = upToMlp(work, pass, x);
            Tensor product = kernels.swiglu(work, activations.gateUp());
            List<Tensor> down = project(work, pass, Group.DOWN, product);
            Tensor y = work.callForTensor("add", down.get(0), activations.middle());
            activations = activations.withDown(down.get(1));
            return owner.adopt(activations.kept(y, retention));
        }
    }

    @Override
    public Tensor backward(TensorScope owner, LayerPass pass, Tensor dy, Tensor x, List<Tensor> kept,
            List<Tensor> gradients) {
        if (pass.dropout() > 0) {
            return scripted.backward(owner, pass, dy, x, kept, gradients);
        }
        try (TensorScope work = owner.newScope()) {
            FusedActivations activations = complete(work, pass, x, kept);
            Tensor dMiddle = mlpBackward(work, pass, dy, activations, gradients);
            Tensor dAttended = projectBackward(work, pass, Group.O, dMiddle, activations.attended(),
                    activations.zO(), gradients);
            List<Tensor> dHeads = work.call("attention_backward", dAttended, activations.qkv(),
                    activations.attended(), activations.attentionState(), configuration.attentionHeads(),
                    configuration.keyValueHeads(), pass.batch().boundaries(), pass.batch().rowStarts());
            Tensor dQkv = kernels.rotateBack(work, dHeads, pass.batch(), activations.qkv());
            dHeads.forEach(Tensor::close);
            Tensor dNormalised = projectBackward(work, pass, Group.QKV, dQkv, activations.first().normalised(),
                    activations.zQkv(), gradients);
            return owner.adopt(kernels.rmsNormBackward(work, dNormalised, x, pass.inputNorm(), activations.first(),
                    Optional.of(dMiddle)));
        }
    }

    @Override
    public List<Tensor> nextTokenLoss(TensorScope owner, Tensor x, Tensor targets, double gradientScale) {
        long tokens = x.shape()[0];
        long most = Math.max(1, LOGIT_BYTES / (configuration.vocabularySize() * (long) ElementType.BFLOAT16.bytes()));
        long chunks = (tokens + most - 1) / most;
        try (TensorScope work = owner.newScope()) {
            FusedKernels.Normalised h = kernels.rmsNorm(work, x, Optional.empty(), finalNorm, 0);
            Tensor losses = work.callForTensor("empty", new long[] {tokens}, ElementType.FLOAT32.scalarType(), x);
            Tensor dh = kernels.like(work, x);
            for (long chunk = 0; chunk < chunks; chunk++) {
                long start = tokens * chunk / chunks;
                long end = tokens * (chunk + 1) / chunks;
                List<Tensor> parts = work.call("logit_chunk", h.normalised(), head, targets, losses, start, end);
                kernels.crossEntropy(parts.get(0), parts.get(1), parts.get(2), gradientScale != 0);
                if (gradientScale != 0) {
                    work.call("logit_chunk_backward", parts.get(0), head, dh, start, end, gradientScale);
                }
                parts.forEach(Tensor::close);
            }
            Tensor sum = owner.adopt(work.callForTensor("sum", losses));
            if (gradientScale == 0) {
                return List.of(sum);
            }
            Tensor dx = kernels.rmsNormBackward(work, dh, x, finalNorm, h, Optional.empty());
            return List.of(sum, owner.adopt(dx));
        }
    }

    /** The layer's forward pass up to the activations of its MLP. */
    private FusedActivations upToMlp(TensorScope work, LayerPass pass, Tensor x) {
        FusedKernels.Normalised first = normalised(work, x, Optional.empty(), pass, Group.QKV);
        List<Tensor> qkv = project(work, pass, Group.QKV, first.normalised());
        kernels.rotate(qkv.get(0), pass.batch());
        List<Tensor> attention = work.call("attention", qkv.get(0), configuration.attentionHeads(),
                configuration.keyValueHeads(), pass.batch().boundaries(), pass.batch().rowStarts());
        List<Tensor> o = project(work, pass, Group.O, attention.get(0));
        // the sum takes the projection's place
        Tensor middle = o.get(0);
        FusedKernels.Normalised second = normalised(work, middle, Optional.of(x), pass, Group.GATE_UP);
        List<Tensor> gateUp = project(work, pass, Group.GATE_UP, second.normalised());
        return new FusedActivations(qkv.get(0), qkv.get(1), attention.get(0), attention.subList(1, attention.size()),
                o.get(1), middle, gateUp.get(1), null, first, second, gateUp.get(0));
    }

    /** What a backward pass needs, from what was kept. */
    private FusedActivations complete(TensorScope work, LayerPass pass, Tensor x, List<Tensor> kept) {
        if (kept.isEmpty()) {
            return upToMlp(work, pass, x);
        }
        FusedActivations activations = FusedActivations.of(kept);
        if (activations.gateUp() != null) {
            return activations;
        }
        FusedKernels.Normalised first = normalised(work, x, Optional.empty(), pass, Group.QKV);
        FusedKernels.Normalised second =
                normalised(work, activations.middle(), Optional.empty(), pass, Group.GATE_UP);
        return activations.withMlp(first, second, gateUpAgain(work, pass, second, activations.zGateUp()));
    }

    private Tensor gateUpAgain(TensorScope work, LayerPass pass, FusedKernels.Normalised input, Tensor z) {
        Optional<Tensor> widened = pass.widened(Group.GATE_UP);
        if (widened.isPresent()) {
            synchronized (widenedInUse) {
                return work.callForTensor("project_widened_again", input.normalised(), widened.get(),
                        pass.bias(Group.GATE_UP), pass.b(Group.GATE_UP), z, configuration.hiddenSize());
            }
        }
        try (TensorScope dense = work.newScope()) {
            return work.callForTensor("project_again", input.normalised(),
                    matrices.dense(dense, pass.weight(Group.GATE_UP), Group.GATE_UP), pass.bias(Group.GATE_UP),
                    pass.b(Group.GATE_UP), z);
        }
    }

    /** The input of a group normalised, with spare columns where its matrix has them. */
    private FusedKernels.Normalised normalised(TensorScope work, Tensor x, Optional<Tensor> residual, LayerPass pass,
            Group group) {
        Tensor weight = group == Group.QKV ? pass.inputNorm() : pass.postAttentionNorm();
        return kernels.rmsNorm(work, x, residual, weight,
                pass.widened(group).isPresent() ? ModelWeights.SPARE_COLUMNS : 0);
    }

    /** From the gradient of the layer's output to that of the sum after attention. */
    private Tensor mlpBackward(TensorScope work, LayerPass pass, Tensor dy, FusedActivations activations,
            List<Tensor> gradients) {
        List<Tensor> down = inputGradient(work, pass, Group.DOWN, dy);
        Tensor product = down.get(0);
        // the gradients of gate and up, and the product, take the places of what they are computed from
        kernels.swigluBackward(product, activations.gateUp());
        Tensor z = activations.zDown() != null ? activations.zDown() : work.callForTensor("low_rank", product,
                pass.a(Group.DOWN), pass.b(Group.DOWN), pass.scaling());
        factorGradients(work, Group.DOWN, dy, product, down.get(1), z, gradients);
        product.close();
        Tensor dNormalised = projectBackward(work, pass, Group.GATE_UP, activations.gateUp(),
                activations.second().normalised(), activations.zGateUp(), gradients);
        activations.gateUp().close();
        return kernels.rmsNormBackward(work, dNormalised, activations.middle(), pass.postAttentionNorm(),
                activations.second(), Optional.of(dy));
    }

    /** The outputs of a group's projections, and their low-rank activations. */
    private List<Tensor> project(TensorScope work, LayerPass pass, Group group, Tensor x) {
        Optional<Tensor> widened = pass.widened(group);
        if (widened.isPresent()) {
            synchronized (widenedInUse) {
                return work.call("project_widened", x, widened.get(), pass.bias(group), pass.a(group), pass.b(group),
                        pass.scaling());
            }
        }
        try (TensorScope dense = work.newScope()) {
            return work.call("project", x, matrices.dense(dense, pass.weight(group), group), pass.bias(group),
                    pass.a(group), pass.b(group), pass.scaling());
        }
    }

    private Tensor projectBackward(TensorScope work, LayerPass pass, Group group, Tensor dy, Tensor x, Tensor z,
            List<Tensor> gradients) {
        List<Tensor> dx = inputGradient(work, pass, group, dy);
        try (TensorScope view = work.newScope()) {
            Tensor inputs = view.callForTensor("columns", x, 0, group.members().get(0).inputs(configuration));
            factorGradients(view, group, dy, inputs, dx.get(1), z, gradients);
        }
        return dx.get(0);
    }

    /** The gradients of a group's input, which may have spare columns, and of its low-rank activations. */
    private List<Tensor> inputGradient(TensorScope work, LayerPass pass, Group group, Tensor dy) {
        Optional<Tensor> widened = pass.widened(group);
        if (widened.isPresent()) {
            synchronized (widenedInUse) {
                return work.call("input_gradient_widened", dy, widened.get(), pass.a(group), pass.b(group),
                        pass.scaling());
            }
        }
        try (TensorScope dense = work.newScope()) {
            return work.call("input_gradient", dy, matrices.dense(dense, pass.weight(group), group), pass.a(group),
                    pass.b(group), pass.scaling());
        }
    }

    private static void factorGradients(TensorScope work, Group group, Tensor dy, Tensor x, Tensor dz, Tensor z,
            List<Tensor> gradients) {
        work.call("factor_gradients", dy, x, dz, z, gradients.get(LayerPass.firstFactor(group)),
                LayerPass.bOf(gradients, group), LayerPass.biasesOf(gradients, group));
    }
}
