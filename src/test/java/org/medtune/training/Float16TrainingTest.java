package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.medtune.RecoverableException;
import org.medtune.adapter.AdapterRecord;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.Projection;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.CapturedLog;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.ShortRows;

/** The embedded model in float16; the integration test takes the recorded run's steps with it. */
@DisplayName("Training in float16")
class Float16TrainingTest {

    private static final LoraConfiguration LORA =
            new LoraConfiguration(4, 8, 0, EnumSet.allOf(Projection.class), BiasTraining.NONE, false);

    private static CausalLanguageModel model;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load() {
        model = EmbeddedModel.load(ElementType.FLOAT16);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    @DisplayName("takes float32's steps within float16's rounding, none of them skipped")
    void likeFloat32() {
        // given
        try (CausalLanguageModel exact = EmbeddedModel.load(ElementType.FLOAT32);
                LoraAdapter rounded = LoraAdapter.initialize(model, LORA, 1);
                LoraAdapter precise = LoraAdapter.initialize(exact, LORA, 1);
                LoraTrainer trainer = trainer(rounded);
                LoraTrainer reference = ShortRows.trainer(exact, precise,
                        ShortRows.recipe(6, GradientCheckpointing.ON))) {
            for (int step = 0; step < 4; step++) {
                // when
                StepReport half = trainer.step();
                StepReport full = reference.step();

                // then: a number has 11 significant bits, so each rounding errs by up to 0.05 %
                assertThat(half.loss()).isCloseTo(full.loss(), Percentage.withPercentage(0.05));
                assertThat(half.gradientNorm()).isCloseTo(full.gradientNorm(), Percentage.withPercentage(0.5));
                assertThat(half.lossScale()).isEqualTo(65536);
                assertThat(half.skipped()).isFalse();
                assertThat(full.lossScale()).isEqualTo(1);
            }
        }
    }

    @Test
    @DisplayName("skips a step that overflows: it counts, but neither adapter nor optimizer nor learning rate move")
    void overflow() {
        // given: a scale that no gradient survives, then one that fits
        try (CapturedLog log = new CapturedLog();
                LoraAdapter adapter = LoraAdapter.initialize(model, LORA, 1);
                LoraTrainer trainer = trainer(adapter)) {
            trainer.step();
            float[] before = adapter.parameters().toFloatArray();
            float[] moments = moments(trainer);
            scaleBy(trainer, Math.pow(2, 60));

            // when
            StepReport skipped = trainer.step();

            // then
            assertThat(skipped.skipped()).isTrue();
            assertThat(skipped.step()).isEqualTo(2);
            assertThat(skipped.lossScale()).isEqualTo(Math.pow(2, 60));
            assertThat(skipped.loss()).isFinite();
            assertThat(skipped.gradientNorm()).isNotFinite();
            assertThat(trainer.lossScale()).contains(new LossScaler.State(Math.pow(2, 59), 0));
            assertThat(adapter.parameters().toFloatArray()).isEqualTo(before);
            assertThat(moments(trainer)).isEqualTo(moments);
            assertThat(log.lines()).anySatisfy(line -> assertThat(line).contains("MEDTUNE000545: Step 2 is skipped"));

            // when
            scaleBy(trainer, 1024);
            StepReport taken = trainer.step();

            // then
            assertThat(taken.step()).isEqualTo(3);
            assertThat(taken.skipped()).isFalse();
            assertThat(taken.learningRate()).isEqualTo(skipped.learningRate());
            assertThat(trainer.optimizer().stepsDone()).isEqualTo(2);
            assertThat(adapter.parameters().toFloatArray()).isNotEqualTo(before);
        }
    }

    @Test
    @DisplayName("ends when no scale is left to try, with everything as it was")
    void exhaustion() {
        try (LoraAdapter adapter = LoraAdapter.initialize(model, LORA, 1);
                LoraTrainer trainer = trainer(adapter);
                TensorScope scope = model.newScope()) {
            // given: an adapter that is no numbers, whatever the scale
            scope.call("fill", adapter.parameters(), Double.NaN);
            adapter.refresh();
            scaleBy(trainer, 2);

            // when
            StepReport skipped = trainer.step();

            // then
            assertThat(skipped.skipped()).isTrue();
            assertThatThrownBy(trainer::step).isInstanceOf(RecoverableException.class)
                    .hasMessageStartingWith("MEDTUNE000546: In optimizer step 2 the loss is NaN")
                    .hasMessageContaining("scaled by no more than 1.0");
            assertThat(trainer.stepsDone()).isEqualTo(1);
            assertThat(trainer.lossScale()).contains(new LossScaler.State(1, 0));
        }
    }

    @Test
    @DisplayName("goes on from a checkpoint with the scale, and the skipped steps, that it had")
    void resumes() {
        // given: a run of six steps of which the second is skipped, interrupted after the third
        CheckpointStore store = new CheckpointStore(folder, new RunFingerprint(Map.of("seed", "3407")),
                "models/tiny-med-qwen2", new AdapterRecord("medical", 2048, 0, "base", "none"));
        try (LoraAdapter adapter = LoraAdapter.initialize(model, LORA, 1);
                LoraTrainer uninterrupted = trainer(adapter)) {
            uninterrupted.step();
            scaleBy(uninterrupted, Math.pow(2, 60));
            uninterrupted.step();
            scaleBy(uninterrupted, 512);
            uninterrupted.step();
            Path checkpoint = store.save(uninterrupted);

            // when
            try (LoraAdapter loaded = store.loadAdapter(checkpoint, model); LoraTrainer resumed = trainer(loaded)) {
                store.restore(checkpoint, resumed);

                // then
                assertThat(resumed.lossScale()).contains(new LossScaler.State(512, 1));
                assertThat(resumed.history()).isEqualTo(uninterrupted.history());
                for (int step = 4; step <= 6; step++) {
                    StepReport a = uninterrupted.step();
                    StepReport b = resumed.step();
                    assertThat(List.of(b.loss(), b.gradientNorm(), b.learningRate(), b.lossScale()))
                            .isEqualTo(List.of(a.loss(), a.gradientNorm(), a.learningRate(), a.lossScale()));
                }
                assertThat(loaded.parameters().toFloatArray()).isEqualTo(adapter.parameters().toFloatArray());
            }
        }
    }

    private static LoraTrainer trainer(LoraAdapter adapter) {
        return ShortRows.trainer(model, adapter, ShortRows.recipe(6, GradientCheckpointing.ON));
    }

    private static void scaleBy(LoraTrainer trainer, double scale) {
        trainer.resumeAfter(List.copyOf(trainer.history()), Optional.of(new LossScaler.State(scale, 0)));
    }

    private static float[] moments(LoraTrainer trainer) {
        return trainer.optimizer().state().get("exp_avg.matrices").toFloatArray();
    }
}
