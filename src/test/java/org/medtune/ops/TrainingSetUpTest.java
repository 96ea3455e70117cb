package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.ModelFolder;
import org.medtune.model.Quantization;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.testing.CapturedLog;
import org.medtune.testing.Golden;

@DisplayName("The beginning of a training run")
class TrainingSetUpTest {

    @ParameterizedTest
    @CsvSource({"FLOAT32, NONE, fp32, fp32", "BFLOAT16, NF4, bf16, 4 bits (NF4)", "FLOAT16, NONE, fp16, fp16"})
    @DisplayName("says on what it runs: every device by its name, the precision, how weights are held, the kernel")
    void tellsItsSetUp(ElementType type, Quantization quantization, String precision, String heldIn) {
        // given
        ModelChoice choice = new ModelChoice(Golden.MODEL, ComputeDevice.CPU, type, quantization);
        try (CapturedLog log = new CapturedLog();
                CausalLanguageModel model = CausalLanguageModel.load(ModelFolder.open(Golden.MODEL),
                        ComputeDevice.CPU, type, quantization)) {
            // when
            TrainingRun.tellSetUp(List.of(choice, choice), model);

            // then
            String cpu = ComputeDevice.CPU.description();
            assertThat(log.lines()).last().asString()
                    .startsWith("INFO MEDTUNE000543: Training on " + cpu + ", " + cpu + " in " + precision
                            + ", the projections of the base model held in " + heldIn
                            + "; the processor's flash attention, row by row; PyTorch 2.7.1, ")
                    .endsWith(" threads");
        }
    }
}
