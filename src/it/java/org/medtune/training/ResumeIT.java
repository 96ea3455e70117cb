package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.medtune.adapter.AdapterRecord;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.Projection;
import org.medtune.tensor.ElementType;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.ShortRows;

/** A run that goes on from a checkpoint after an interruption is, bit for bit, the run without it. */
class ResumeIT {

    private static final int STEPS = 6;
    private static final Set<Projection> ALL = EnumSet.allOf(Projection.class);
    private static final LoraConfiguration PLAIN = new LoraConfiguration(4, 8, 0, ALL, BiasTraining.NONE, false);
    private static final LoraConfiguration WITH_DROPOUT_AND_BIASES =
            new LoraConfiguration(4, 8, 0.1, ALL, BiasTraining.ALL, false);

    private static final Map<ElementType, CausalLanguageModel> MODELS = new EnumMap<>(ElementType.class);
    private static final Map<String, State> UNINTERRUPTED = new HashMap<>();

    @TempDir
    private Path folder;

    /** All that a step changes. */
    private record State(float[] parameters, Map<String, ByteBuffer> moments, List<Double> losses,
            List<Double> norms) {

        static State of(LoraTrainer trainer) {
            Map<String, ByteBuffer> moments = new HashMap<>();
            trainer.optimizer().state().forEach((name, tensor) -> moments.put(name, tensor.toBytes()));
            return new State(trainer.adapter().parameters().toFloatArray(), moments,
                    trainer.history().stream().map(StepReport::loss).toList(),
                    trainer.history().stream().map(StepReport::gradientNorm).toList());
        }
    }

    @BeforeAll
    static void load() {
        for (ElementType type : List.of(ElementType.FLOAT32, ElementType.BFLOAT16)) {
            MODELS.put(type, EmbeddedModel.load(type));
        }
    }

    @AfterAll
    static void close() {
        MODELS.values().forEach(CausalLanguageModel::close);
    }

    static Stream<Arguments> interruptions() {
        return Stream.of(1, 3, 5).flatMap(step -> Stream.of(
                Arguments.of(step, ElementType.FLOAT32, PLAIN, MomentStorage.EIGHT_BIT),
                Arguments.of(step, ElementType.FLOAT32, WITH_DROPOUT_AND_BIASES, MomentStorage.FLOAT32),
                Arguments.of(step, ElementType.BFLOAT16, PLAIN, MomentStorage.FLOAT32),
                Arguments.of(step, ElementType.BFLOAT16, WITH_DROPOUT_AND_BIASES, MomentStorage.EIGHT_BIT)));
    }

    @ParameterizedTest(name = "after step {0} in {1}, moments {3}")
    @MethodSource("interruptions")
    void aResumedRunEqualsAnUninterruptedOne(int interruption, ElementType type, LoraConfiguration lora,
            MomentStorage moments) {
        // given
        CausalLanguageModel model = MODELS.get(type);
        State uninterrupted = UNINTERRUPTED.computeIfAbsent(type + " " + lora + " " + moments,
                run -> uninterrupted(model, lora, moments));
        CheckpointStore store = new CheckpointStore(folder, new RunFingerprint(Map.of("seed", "3407")),
                "models/tiny-med-qwen2", new AdapterRecord("medical", 2048, 0, "base", "none"));
        try (LoraAdapter adapter = LoraAdapter.initialize(model, lora, 3407);
                LoraTrainer trainer = trainer(model, adapter, moments)) {
            train(trainer, interruption);
            store.save(trainer);
        }

        // when
        Path checkpoint = store.newestIntact().orElseThrow();
        try (LoraAdapter adapter = store.loadAdapter(checkpoint, model);
                LoraTrainer trainer = trainer(model, adapter, moments)) {
            store.restore(checkpoint, trainer);
            assertThat(trainer.stepsDone()).isEqualTo(interruption);
            train(trainer, STEPS);

            // then
            State resumed = State.of(trainer);
            assertThat(resumed.losses()).isEqualTo(uninterrupted.losses());
            assertThat(resumed.norms()).isEqualTo(uninterrupted.norms());
            assertThat(resumed.parameters()).isEqualTo(uninterrupted.parameters());
            assertThat(resumed.moments()).isEqualTo(uninterrupted.moments());
        }
    }

    private static State uninterrupted(CausalLanguageModel model, LoraConfiguration lora, MomentStorage moments) {
        try (LoraAdapter adapter = LoraAdapter.initialize(model, lora, 3407);
                LoraTrainer trainer = trainer(model, adapter, moments)) {
            train(trainer, STEPS);
            return State.of(trainer);
        }
    }

    private static LoraTrainer trainer(CausalLanguageModel model, LoraAdapter adapter, MomentStorage moments) {
        return ShortRows.trainer(model, adapter, ShortRows.recipe(STEPS, GradientCheckpointing.ON, moments));
    }

    private static void train(LoraTrainer trainer, int untilStep) {
        while (trainer.stepsDone() < untilStep) {
            trainer.step();
        }
    }
}
