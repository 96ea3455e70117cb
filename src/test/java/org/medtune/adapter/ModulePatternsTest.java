package org.medtune.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.model.Projection;

@DisplayName("Patterns of module names")
class ModulePatternsTest {

    /** What Python's re says of PEFT's expression for each key, on the modules of the layers 0, 1 and 10. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = ';', value = {
        "q_proj                         ; 0 q, 1 q, 10 q",
        "proj                           ; ''",
        "mlp                            ; ''",
        "layers.0.self_attn.q_proj      ; 0 q",
        "ayers.0.self_attn.q_proj       ; ''",
        "^model.layers.1.mlp.up_proj    ; 1 up",
        "layers.1.mlp.up_proj           ; 1 up",
        "model.layers.1.mlp.gate_proj$  ; 1 gate",
        "(q|k)_proj                     ; 0 q, 0 k, 1 q, 1 k, 10 q, 10 k",
        "down_proj|up_proj              ; 0 up, 0 down, 1 up, 1 down, 10 up, 10 down",
        "layers.(0|10)..*(v|gate)_proj  ; 0 v, 0 gate, 10 v, 10 gate",
        "self_attn.[kv].*               ; 0 k, 0 v, 1 k, 1 v, 10 k, 10 v",
        "layers\\.1.*(o|up)_proj        ; 1 o, 1 up, 10 o, 10 up"
    })
    @DisplayName("match as in PEFT")
    void matching(String key, String expected) {
        // given
        ModulePatterns patterns = new ModulePatterns(Map.of(key, 3.0));

        // when
        List<String> matched = new ArrayList<>();
        for (int layer : List.of(0, 1, 10)) {
            for (Projection projection : Projection.values()) {
                patterns.valueFor(layer, projection).ifPresent(value ->
                        matched.add(layer + " " + projection.moduleName().replace("_proj", "")));
            }
        }

        // then
        assertThat(String.join(", ", matched)).isEqualTo(expected);
    }

    @Test
    @DisplayName("are tried in their order")
    void firstMatchDecides() {
        // given
        Map<String, Double> generalFirst = new LinkedHashMap<>();
        generalFirst.put("q_proj", 8.0);
        generalFirst.put("layers.0.self_attn.q_proj", 32.0);
        Map<String, Double> specialFirst = new LinkedHashMap<>();
        specialFirst.put("layers.0.self_attn.q_proj", 32.0);
        specialFirst.put("q_proj", 8.0);

        // then
        assertThat(new ModulePatterns(generalFirst).valueFor(0, Projection.Q)).hasValue(8);
        assertThat(new ModulePatterns(specialFirst).valueFor(0, Projection.Q)).hasValue(32);
        assertThat(new ModulePatterns(specialFirst).valueFor(1, Projection.Q)).hasValue(8);
        assertThat(new ModulePatterns(specialFirst).valueFor(0, Projection.K)).isEmpty();
    }
}
