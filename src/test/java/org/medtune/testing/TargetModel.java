package org.medtune.testing;

import java.util.List;
import org.medtune.model.ModelConfiguration;
import org.medtune.model.RotaryEmbedding;

/** The model that the recipe was made for, DeepSeek-R1-Distill-Qwen-7B, as its config.json describes it. */
public final class TargetModel {

    /** Its shape. */
    public static final ModelConfiguration CONFIGURATION = new ModelConfiguration("qwen2", 3584, 18944, 28, 28, 4, 128,
            152064, 1e-6, new RotaryEmbedding(10_000, new RotaryEmbedding.Unscaled()), false, true, false, false,
            131072, List.of(151643));

    private TargetModel() {}
}
