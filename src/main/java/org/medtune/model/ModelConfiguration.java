package org.medtune.model;

import java.util.List;

/**
 * The shape of a Qwen2 or Llama causal language model, as its {@code config.json} gives it. Read by
 * {@link ModelConfigurationReader}.
 *
 * @param modelType {@code qwen2} or {@code llama}
 * @param hiddenSize length of a token's vector between layers
 * @param intermediateSize length of a token's vector inside the MLP
 * @param layers number of decoder layers
 * @param attentionHeads number of query heads
 * @param keyValueHeads number of key and value heads; divides {@code attentionHeads}
 * @param headSize length of one head's vector
 * @param vocabularySize number of rows of the embedding
 * @param rmsNormEpsilon the constant inside the root of RMS normalisation
 * @param rotaryEmbedding the position embedding
 * @param tiedEmbeddings whether the embedding is also the output head
 * @param queryKeyValueBias whether q, k and v have biases
 * @param outputBias whether o has a bias
 * @param mlpBias whether gate, up and down have biases
 * @param maxPositionEmbeddings longest context in tokens that the model was made for
 * @param endOfSentenceIds tokens that end an answer; may be empty
 */
public record ModelConfiguration(
        String modelType,
        int hiddenSize,
        int intermediateSize,
        int layers,
        int attentionHeads,
        int keyValueHeads,
        int headSize,
        int vocabularySize,
        double rmsNormEpsilon,
        RotaryEmbedding rotaryEmbedding,
        boolean tiedEmbeddings,
        boolean queryKeyValueBias,
        boolean outputBias,
        boolean mlpBias,
        int maxPositionEmbeddings,
        List<Integer> endOfSentenceIds) {

    /** The width of all query heads together. */
    public int queryWidth() {
        return attentionHeads * headSize;
    }

    /** The width of all key heads together, which is also that of the value heads. */
    public int keyValueWidth() {
        return keyValueHeads * headSize;
    }

    /** The number of parameters in the matrices that every token is multiplied with: projections and output head. */
    public long matrixParameters() {
        long layer = 0;
        for (Projection projection : Projection.values()) {
            layer += (long) projection.inputs(this) * projection.outputs(this);
        }
        return layers * layer + (long) vocabularySize * hiddenSize;
    }
}
