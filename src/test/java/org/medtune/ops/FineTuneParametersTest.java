package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.InvalidInputException;

class FineTuneParametersTest {

    @Test
    void takesTheTutorialsDefaults() {
        FineTuneParameters parameters = FineTuneParameters.of(Map.of());

        assertThat(parameters.values()).containsOnlyKeys(FineTuneParameter.values());
        assertThat(parameters.integer(FineTuneParameter.LORA_R)).isEqualTo(16);
        assertThat(parameters.decimal(FineTuneParameter.LEARNING_RATE)).isEqualTo(2e-4);
        assertThat(parameters.text(FineTuneParameter.GRADIENT_CHECKPOINTING)).isEqualTo("on");
        assertThat(parameters.text(FineTuneParameter.ADAPTER_NAME)).isEmpty();
        assertThat(parameters.names(FineTuneParameter.LORA_TARGET_MODULES))
                .containsExactly("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");
        assertThat(parameters.givenSteps()).contains(60);
    }

    @Test
    void readsPatternsInTheirOrder() {
        FineTuneParameters parameters = FineTuneParameters.of(Map.of("lora.rank.pattern",
                " layers.0.self_attn.q_proj=32, q_proj = 8", "lora.alpha.pattern", "down_proj=0.5"));

        assertThat(parameters.numbers(FineTuneParameter.LORA_RANK_PATTERN))
                .containsExactly(Map.entry("layers.0.self_attn.q_proj", 32.0), Map.entry("q_proj", 8.0));
        assertThat(parameters.numbers(FineTuneParameter.LORA_ALPHA_PATTERN))
                .containsExactly(Map.entry("down_proj", 0.5));
        assertThat(FineTuneParameters.of(Map.of()).numbers(FineTuneParameter.LORA_RANK_PATTERN)).isEmpty();
    }

    @Test
    void trainsByEpochsWhenStepsAreMinusOne() {
        FineTuneParameters parameters = FineTuneParameters.of(Map.of("max.steps", "-1", "warmup.steps", "100"));

        assertThat(parameters.givenSteps()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "lora.r                | 0             | MEDTUNE000004: lora.r is 0; it must be at least 1.",
        "lora.r                | 1.5           | MEDTUNE000003: lora.r is '1.5'; give a whole number such as 16.",
        "lora.r                | 99999999999   | MEDTUNE000003: lora.r is '99999999999'; give a whole number such as 16.",
        "lora.dropout          | 1             | MEDTUNE000004: lora.dropout is 1; it must be at least 0 and less than 1.",
        "lora.dropout          | -0.1          | MEDTUNE000004: lora.dropout is -0.1; it must be at least 0 and less than 1.",
        "learning.rate         | 0             | MEDTUNE000004: learning.rate is 0; it must be greater than 0.",
        "learning.rate         | NaN           | MEDTUNE000003: learning.rate is 'NaN'; give a number such as 2e-4.",
        "learning.rate         | 1e999         | MEDTUNE000004: learning.rate is 1e999; it must be greater than 0",
        "evaluation.share      | 0             | MEDTUNE000004: evaluation.share is 0; it must be greater than 0 and less than 1.",
        "precision             | fp8           | MEDTUNE000003: precision is 'fp8'; give one of auto, fp32, bf16, fp16.",
        "load.in.4bit          | yes           | MEDTUNE000003: load.in.4bit is 'yes'; give one of auto, true, false.",
        "optim                 | adam          | MEDTUNE000003: optim is 'adam'; give one of adamw_8bit, adamw_torch.",
        "use.rslora            | yes           | MEDTUNE000003: use.rslora is 'yes'; give true or false.",
        "device                | cuda          | MEDTUNE000003: device is 'cuda'; give auto, all, cpu, or accelerators such as gpu0",
        "lora.target.modules   | q_proj,,k     | MEDTUNE000003: lora.target.modules is 'q_proj,,k'; give names",
        "lora.target.modules   | q_proj,q_proj | MEDTUNE000003: lora.target.modules is 'q_proj,q_proj'; give names",
        "init.lora.weights     | pissa         | MEDTUNE000003: init.lora.weights is 'pissa'; give one of true, loftq.",
        "loftq.iter            | 0             | MEDTUNE000004: loftq.iter is 0; it must be at least 1.",
        "packing               | yes           | MEDTUNE000003: packing is 'yes'; give true or false.",
        "lora.rank.pattern     | q_proj        | MEDTUNE000003: lora.rank.pattern is 'q_proj'; give pairs such as down_proj=8,",
        "lora.rank.pattern     | q_proj=x      | MEDTUNE000003: lora.rank.pattern is 'q_proj=x'; give pairs",
        "lora.alpha.pattern    | =8            | MEDTUNE000003: lora.alpha.pattern is '=8'; give pairs",
        "lora.alpha.pattern    | q=8,k=4,q=8   | MEDTUNE000003: lora.alpha.pattern is 'q=8,k=4,q=8'; give pairs",
        "adapter.name          | ../x          | MEDTUNE000003: adapter.name is '../x'; give up to 100 letters",
        "dataset.question.field| ''            | MEDTUNE000005: dataset.question.field is empty; give a value such as Question",
        "max.steps             | 0             | MEDTUNE000008: max.steps is 0; give at least 1, or -1",
        "max.steps             | -2            | MEDTUNE000004: max.steps is -2; it must be at least -1.",
        "max.steps             | 4             | MEDTUNE000007: warmup.steps is 5, but there are only 4 steps;",
        "lora_r                | 16            | MEDTUNE000002: There is no parameter lora_r; did you mean lora.r?",
        "learning.rat          | 1             | MEDTUNE000002: There is no parameter learning.rat; did you mean learning.rate?",
    })
    void tellsWhatToChange(String name, String value, String sentence) {
        assertThatThrownBy(() -> FineTuneParameters.of(Map.of(name, value)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000001: ").hasMessageContaining(sentence);
    }

    @Test
    void tellsAllProblemsAtOnce() {
        assertThatThrownBy(() -> FineTuneParameters.of(Map.of("lora.r", "0", "seed", "x", "sede", "1")))
                .hasMessageContainingAll("lora.r is 0", "seed is 'x'", "no parameter sede; did you mean seed?");
    }

    @Test
    void refusesMoreTextThanTheJobRepositoryKeeps() {
        assertThatThrownBy(() -> FineTuneParameters.of(Map.of("evaluation.question", "发热".repeat(1500))))
                .hasMessageContaining("MEDTUNE000006: The parameters are 3021 characters long together");
    }

    @Test
    void passesOverWhatTheBatchRuntimeAdds() {
        assertThat(FineTuneParameters.of(Map.of("jberet.jobXmlName", "fine-tune.xml")).givenSteps()).contains(60);
    }
}
