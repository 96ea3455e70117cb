package org.medtune.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.Map;
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

    @Test
    void modulesOfAPatternHaveARankAndAScalingOfTheirOwn() {
        LoraConfiguration lora = patterned(Map.of("down_proj", 4.0), Map.of("layers.1.mlp.down_proj", 12.0), false);
        assertThat(lora.rank(0, Projection.Q)).isEqualTo(16);
        assertThat(lora.rank(0, Projection.DOWN)).isEqualTo(4);
        assertThat(lora.scaling(0, Projection.Q)).isEqualTo(0.5);
        assertThat(lora.scaling(0, Projection.DOWN)).isEqualTo(2);
        assertThat(lora.scaling(1, Projection.DOWN)).isEqualTo(3);
        assertThat(patterned(Map.of("down_proj", 4.0), Map.of(), true).scaling(0, Projection.DOWN)).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, 2.5, 1e10})
    void aRankOfAPatternThatNoMatrixCanHaveIsRefused(double rank) {
        assertThatThrownBy(() -> patterned(Map.of("q_proj", rank), Map.of(), false))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000531: The rank " + rank + " of the key 'q_proj'");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN})
    void anAlphaOfAPatternThatIsNotPositiveIsRefused(double alpha) {
        assertThatThrownBy(() -> patterned(Map.of(), Map.of("q_proj", alpha), false))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000532: The alpha " + alpha + " of the key 'q_proj'");
    }

    @Test
    void aKeyThatIsNoRegularExpressionIsRefused() {
        assertThatThrownBy(() -> patterned(Map.of("q_proj(", 4.0), Map.of(), false))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000533: lora.rank.pattern has the key 'q_proj('");
        assertThatThrownBy(() -> patterned(Map.of(), Map.of("*", 4.0), false))
                .hasMessageStartingWith("MEDTUNE000533: lora.alpha.pattern has the key '*'");
    }

    @Test
    void aKeyThatIsMeantForNoTargetIsTold() {
        patterned(Map.of("q_proj", 4.0), Map.of("layers.5.mlp.down_proj", 4.0), false).requireUsedPatterns(6);
        assertThatThrownBy(() -> patterned(Map.of("k_proj", 4.0), Map.of(), false).requireUsedPatterns(6))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000534: lora.rank.pattern has the key 'k_proj', ")
                .hasMessageContaining("named like model.layers.0.self_attn.q_proj");
        assertThatThrownBy(() -> patterned(Map.of(), Map.of("layers.6.mlp.down_proj", 4.0), false)
                .requireUsedPatterns(6))
                .hasMessageStartingWith("MEDTUNE000534: lora.alpha.pattern has the key 'layers.6");
    }

    private static LoraConfiguration patterned(Map<String, Double> ranks, Map<String, Double> alphas,
            boolean rankStabilized) {
        return new LoraConfiguration(16, 8, 0, EnumSet.of(Projection.Q, Projection.DOWN), BiasTraining.NONE,
                rankStabilized, new ModulePatterns(ranks), new ModulePatterns(alphas));
    }

    private static void assertThatIsRefused(int r, double alpha, double dropout, Set<Projection> modules, String id,
            String words) {
        assertThatThrownBy(() -> new LoraConfiguration(r, alpha, dropout, modules, BiasTraining.NONE, false))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(id)
                .hasMessageContaining(words);
    }
}
