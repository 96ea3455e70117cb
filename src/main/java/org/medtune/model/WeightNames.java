package org.medtune.model;

import java.util.LinkedHashMap;
import java.util.Map;

/** The names and shapes of a model's tensors in its files, as Transformers writes them. */
public final class WeightNames {

    /** The token vectors [vocabulary, hidden]. */
    public static final String EMBEDDING = "model.embed_tokens.weight";
    /** The norm after the last layer [hidden]. */
    public static final String FINAL_NORM = "model.norm.weight";
    /** The output head [vocabulary, hidden], of models that are not tied. */
    public static final String HEAD = "lm_head.weight";

    private WeightNames() {}

    /** The norm before the attention [hidden]. */
    public static String inputNorm(int layer) {
        return layer(layer) + "input_layernorm.weight";
    }

    /** The norm before the MLP [hidden]. */
    public static String postAttentionNorm(int layer) {
        return layer(layer) + "post_attention_layernorm.weight";
    }

    /** A projection's name as a module of the model. */
    public static String module(int layer, Projection projection) {
        return layer(layer) + projection.path();
    }

    /** The matrix of a projection [outputs, inputs]. */
    public static String weight(int layer, Projection projection) {
        return module(layer, projection) + ".weight";
    }

    /** The bias of a projection [outputs]. */
    public static String bias(int layer, Projection projection) {
        return module(layer, projection) + ".bias";
    }

    /** Every tensor that a model of this configuration has. */
    static Map<String, long[]> shapes(ModelConfiguration configuration) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        long hidden = configuration.hiddenSize();
        shapes.put(EMBEDDING, new long[] {configuration.vocabularySize(), hidden});
        for (int layer = 0; layer < configuration.layers(); layer++) {
            shapes.put(inputNorm(layer), new long[] {hidden});
            shapes.put(postAttentionNorm(layer), new long[] {hidden});
            for (Projection projection : Projection.values()) {
                long outputs = projection.outputs(configuration);
                shapes.put(weight(layer, projection), new long[] {outputs, projection.inputs(configuration)});
                if (projection.hasBias(configuration)) {
                    shapes.put(bias(layer, projection), new long[] {outputs});
                }
            }
        }
        shapes.put(FINAL_NORM, new long[] {hidden});
        if (!configuration.tiedEmbeddings()) {
            shapes.put(HEAD, new long[] {configuration.vocabularySize(), hidden});
        }
        return shapes;
    }

    /** Tensors that some files carry though the model computes them or has them elsewhere. */
    static boolean isIgnored(String name, ModelConfiguration configuration) {
        return name.endsWith("rotary_emb.inv_freq") || configuration.tiedEmbeddings() && name.equals(HEAD);
    }

    private static String layer(int layer) {
        return "model.layers." + layer + ".";
    }
}
