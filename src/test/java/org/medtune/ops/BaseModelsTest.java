package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.Quantization;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.testing.Golden;

@DisplayName("The base models of a server")
class BaseModelsTest {

    private static final ModelChoice CHOICE =
            new ModelChoice(Golden.MODEL, ComputeDevice.CPU, ElementType.FLOAT32, Quantization.NONE);

    @Test
    @DisplayName("are loaded once for all who use them, and stay until the last gives one back that the end has come to")
    void close() {
        // given
        BaseModels models = new BaseModels();
        BaseModels.Lease one = models.lend(CHOICE);
        BaseModels.Lease other = models.lend(CHOICE);
        CausalLanguageModel model = one.model();
        assertThat(other.model()).isSameAs(model);

        // when
        models.close();
        one.close();
        one.close();

        // then: the other goes on
        use(model);

        // when
        other.close();

        // then
        assertThatIllegalStateException().isThrownBy(() -> use(model)).withMessageContaining("released");
    }

    @Test
    @DisplayName("are released at once where nobody uses them")
    void closeUnused() {
        // given
        BaseModels models = new BaseModels();
        BaseModels.Lease lease = models.lend(CHOICE);
        lease.close();
        use(lease.model());

        // when
        models.close();

        // then
        assertThatIllegalStateException().isThrownBy(() -> use(lease.model())).withMessageContaining("released");
    }

    private static void use(CausalLanguageModel model) {
        assertThat(model.negativeLogLikelihood(List.of(new int[] {1, 2, 3}), model.noAdapter())).isPositive();
    }
}
