package org.medtune.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The seven linear projections of a decoder layer, in the order in which kernels take their adapters. Projections of
 * one input stand next to each other: their weights are stacked and share one matrix product.
 */
public enum Projection {
    Q("self_attn.q_proj", Group.QKV),
    K("self_attn.k_proj", Group.QKV),
    V("self_attn.v_proj", Group.QKV),
    O("self_attn.o_proj", Group.O),
    GATE("mlp.gate_proj", Group.GATE_UP),
    UP("mlp.up_proj", Group.GATE_UP),
    DOWN("mlp.down_proj", Group.DOWN);

    private final String path;
    private final Group group;

    Projection(String path, Group group) {
        this.path = path;
        this.group = group;
    }

    /** The module's path inside its layer, such as {@code self_attn.q_proj}. */
    public String path() {
        return path;
    }

    /** The module's name as PEFT's {@code target_modules} lists it, such as {@code q_proj}. */
    public String moduleName() {
        return path.substring(path.indexOf('.') + 1);
    }

    /** The projections with which this one shares its input. */
    public Group group() {
        return group;
    }

    /** The length of an input vector. */
    public int inputs(ModelConfiguration configuration) {
        return switch (this) {
            case O -> configuration.queryWidth();
            case DOWN -> configuration.intermediateSize();
            default -> configuration.hiddenSize();
        };
    }

    /** The length of an output vector. */
    public int outputs(ModelConfiguration configuration) {
        return switch (this) {
            case Q -> configuration.queryWidth();
            case K, V -> configuration.keyValueWidth();
            case GATE, UP -> configuration.intermediateSize();
            case O, DOWN -> configuration.hiddenSize();
        };
    }

    /** Whether the frozen model adds a bias to this projection. */
    public boolean hasBias(ModelConfiguration configuration) {
        return switch (group) {
            case QKV -> configuration.queryKeyValueBias();
            case O -> configuration.outputBias();
            case GATE_UP, DOWN -> configuration.mlpBias();
        };
    }

    /** The projection that PEFT calls {@code moduleName}. */
    public static Optional<Projection> ofModuleName(String moduleName) {
        return Arrays.stream(values()).filter(p -> p.moduleName().equals(moduleName)).findFirst();
    }

    /** Projections that share one input. */
    public enum Group {
        QKV,
        O,
        GATE_UP,
        DOWN;

        /** The members in stacking order. */
        public List<Projection> members() {
            return Arrays.stream(Projection.values()).filter(p -> p.group == this).toList();
        }
    }
}
