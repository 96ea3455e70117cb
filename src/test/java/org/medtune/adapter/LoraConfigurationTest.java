package org.medtune.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;
import org.medtune.model.Projection;

class LoraConfigurationTest {

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void aRankBelowOneIsRefused(int r) {
        assertThatIsRefused(r, 16, 0, EnumSet.of(Projection.Q), "MEDTUNE000300: ", "r is " + r);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void anAlphaThatIsNotPositiveIsRefused(double alpha) {
        assertThatIsRefused(16, alpha, 0, EnumSet.of(Projection.Q), "MEDTUNE000301: ", "alpha is " + alpha);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 1.5, -0.1, Double.NaN})
    void aDropoutOutOfRangeIsRefused(double dropout) {
        assertThatIsRefused(16, 16, dropout, EnumSet.of(Projection.Q), "MEDTUNE000302: ", "dropout is " + dropout);
    }

    @Test
    void noModuleIsRefused() {
        assertThatIsRefused(16, 16, 0, EnumSet.noneOf(Projection.class), "MEDTUNE000303: ", "lora.target.modules");
    }

    @Test
    void theScalingIsThatOfPeft() {
        Set<Projection> modules = EnumSet.of(Projection.Q);
        assertThat(new LoraConfiguration(16, 8, 0, modules, BiasTraining.NONE, false).scaling()).isEqualTo(0.5);
        assertThat(new LoraConfiguration(16, 8, 0, modules, BiasTraining.NONE, true).scaling()).isEqualTo(2.0);
    }

    private static void assertThatIsRefused(int r, double alpha, double dropout, Set<Projection> modules, String id,
            String words) {
        assertThatThrownBy(() -> new LoraConfiguration(r, alpha, dropout, modules, BiasTraining.NONE, false))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(id)
                .hasMessageContaining(words);
    }
}
