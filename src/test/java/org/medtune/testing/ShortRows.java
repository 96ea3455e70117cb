package org.medtune.testing;

import java.util.List;
import java.util.SplittableRandom;
import org.medtune.adapter.LoraAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.training.GradientCheckpointing;
import org.medtune.training.LearningRateSchedule;
import org.medtune.training.LoraTrainer;
import org.medtune.training.MomentStorage;
import org.medtune.training.Packing;
import org.medtune.training.RowOrder;
import org.medtune.training.TrainingConfiguration;
import org.medtune.training.TrainingRows;

/** Training rows of a few random tokens each: steps over them take milliseconds. */
public final class ShortRows implements TrainingRows {

    /** The number of rows. */
    public static final int COUNT = 10;
    private static final int VOCABULARY = 8000;

    @Override
    public int[] tokenIds(int row) {
        SplittableRandom random = new SplittableRandom(row);
        return random.ints(6 + row, 0, VOCABULARY).toArray();
    }

    /** A recipe of steps of 2 x 2 rows: with ten rows, every third step reaches into the next epoch. */
    public static TrainingConfiguration recipe(int steps, GradientCheckpointing gradientCheckpointing) {
        return recipe(steps, gradientCheckpointing, MomentStorage.FLOAT32);
    }

    /** The recipe with moments of a storage. */
    public static TrainingConfiguration recipe(int steps, GradientCheckpointing gradientCheckpointing, MomentStorage moments) {
        return new TrainingConfiguration(2, 2, steps, 1, 1e-3, LearningRateSchedule.LINEAR,
                new TrainingConfiguration.Adam(0.9, 0.999, 1e-8, 0.01, moments), 1.0, 3407, gradientCheckpointing);
    }

    /** A trainer over these rows, shuffled, that the caller closes. */
    public static LoraTrainer trainer(CausalLanguageModel model, LoraAdapter adapter, TrainingConfiguration recipe) {
        return trainer(List.of(model), adapter, recipe, new ShortRows());
    }

    /** A trainer over as many rows, shuffled, on several devices; the caller closes it. */
    public static LoraTrainer trainer(List<CausalLanguageModel> models, LoraAdapter adapter,
            TrainingConfiguration recipe, TrainingRows rows) {
        return new LoraTrainer(models, adapter, recipe, rows, Packing.NONE,
                RowOrder.shuffled(COUNT, recipe.rowsPerStep(), recipe.seed()));
    }
}
