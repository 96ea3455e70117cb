package org.medtune.model;

/**
 * What a layer's forward pass keeps for its backward pass. What is not kept is computed again from the layer's input.
 */
public enum Retention {

    /** Nothing: gradient checkpointing as Chen et al. 2016 have it, or a pass without gradients. */
    NOTHING,

    /**
     * What takes little memory for the time that it saves: attention and its projections, not the wide activations of
     * the MLP (selective activation recomputation, Korthikanti et al. 2022). The same as {@link #NOTHING} where a layer
     * is one kernel.
     */
    SELECTIVE,

    /** Everything: nothing is computed twice that takes time. */
    EVERYTHING
}
