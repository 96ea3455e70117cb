package org.medtune.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.medtune.model.Projection;
import org.medtune.testing.Golden;
import org.medtune.testing.TargetModel;

class AdapterLayoutTest {

    private static final Set<Projection> ALL = EnumSet.allOf(Projection.class);

    @Test
    void theTargetModelHasPeftsNumberOfTrainableParameters() throws IOException {
        // given
        JsonNode golden = new ObjectMapper()
                .readTree(Golden.FOLDER.resolve("r1_distill_7b_lora_params.json").toFile());

        // when
        long size = layout(ALL, BiasTraining.NONE).size();

        // then
        assertThat(size).isEqualTo(40_370_176L).isEqualTo(golden.get("trainable_params").asLong());
        assertThat(String.format("%.4f", 100.0 * size / golden.get("all_params").asLong()))
                .isEqualTo(golden.get("trainable_pct").asText());
    }

    @ParameterizedTest
    @EnumSource
    void parametersFollowEachOtherWithoutGapsAndBiasesComeLast(BiasTraining bias) {
        // given
        AdapterLayout layout = layout(EnumSet.of(Projection.Q, Projection.V, Projection.UP), bias);

        // then
        long next = 0;
        for (AdapterLayout.Parameter parameter : layout.parameters()) {
            assertThat(parameter.offset()).isEqualTo(next);
            assertThat(parameter.kind() == AdapterLayout.Kind.BIAS).isEqualTo(next >= layout.matrixElements());
            next += parameter.elements();
        }
        assertThat(layout.size()).isEqualTo(next);
        assertThat(layout.size() - layout.matrixElements()).isEqualTo(28 * switch (bias) {
            case NONE -> 0;
            case LORA_ONLY -> 3584 + 512;
            case ALL -> 3584 + 512 + 512;
        });
    }

    private static AdapterLayout layout(Set<Projection> modules, BiasTraining bias) {
        return new AdapterLayout(TargetModel.CONFIGURATION, new LoraConfiguration(16, 16, 0, modules, bias, false));
    }
}
