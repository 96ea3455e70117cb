package org.medtune.model;

/** How the matrices of a model's projections are held. Embedding, norms, biases and head keep the compute type. */
public enum Quantization {
    /** In the compute type. */
    NONE("none"),
    /**
     * In 4-bit NormalFloat with doubly quantised scales (QLoRA, Dettmers et al. 2023): 4.13 bits a weight. Products are
     * computed in the compute type, for which a matrix is dequantised each time it is needed. Blocks are those of
     * bitsandbytes with {@code bnb_4bit_quant_type="nf4"} and {@code bnb_4bit_use_double_quant=True}.
     */
    NF4("nf4");

    private final String label;

    Quantization(String label) {
        this.label = label;
    }

    /** The name in records and logs. */
    public String label() {
        return label;
    }
}
