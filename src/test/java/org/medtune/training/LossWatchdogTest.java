package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.RecoverableException;
import org.medtune.testing.GoldenRun;

@DisplayName("The watchdog of the loss")
class LossWatchdogTest {

    private final LossWatchdog watchdog = new LossWatchdog(3);

    @Test
    @DisplayName("tells an exploding loss with the median that it is compared with, and what to do")
    void explodes() {
        List<StepReport> history = history(DoubleStream.iterate(2, loss -> loss).limit(12).toArray());

        assertThatCode(() -> watchdog.check(13, 6, history)).doesNotThrowAnyException();
        assertThatThrownBy(() -> watchdog.check(13, 6.001, history))
                .isInstanceOf(RecoverableException.class)
                .hasMessageStartingWith("MEDTUNE000646: In optimizer step 13 the loss is 6.001, more than 3.0 times")
                .hasMessageContaining("whose median is 2.0")
                .hasMessageContaining("greater watchdog.loss.factor, or 0");
    }

    @Test
    @DisplayName("says nothing before there are steps to compare with")
    void firstSteps() {
        List<StepReport> history = history(DoubleStream.iterate(2, loss -> loss).limit(9).toArray());

        assertThatCode(() -> watchdog.check(10, 1e6, history)).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("lets a model that knows its rows by heart meet one that it does not know")
    void memorised() {
        List<StepReport> history = history(DoubleStream.iterate(0.01, loss -> loss).limit(30).toArray());

        assertThatCode(() -> watchdog.check(31, 2.9, history)).doesNotThrowAnyException();
        assertThatThrownBy(() -> watchdog.check(31, 3.1, history)).isInstanceOf(RecoverableException.class);
    }

    @Test
    @DisplayName("compares with the latest steps, and is moved by none of them alone")
    void latestSteps() {
        // given: a loss that has fallen from 10 to 2, with one outlier
        double[] losses = DoubleStream.concat(DoubleStream.iterate(10, loss -> loss).limit(40),
                DoubleStream.iterate(2, loss -> loss).limit(20)).toArray();
        losses[55] = 1000;

        assertThatCode(() -> watchdog.check(61, 5.9, history(losses))).doesNotThrowAnyException();
        assertThatThrownBy(() -> watchdog.check(61, 6.1, history(losses))).hasMessageContaining("median is 2.0");
    }

    @Test
    @DisplayName("does not count steps that were skipped in float16")
    void skippedSteps() {
        // given
        List<StepReport> history = new ArrayList<>(history(DoubleStream.iterate(2, loss -> loss).limit(9).toArray()));
        for (int i = 0; i < 20; i++) {
            history.add(new StepReport(10 + i, Double.NaN, Double.NaN, 1e-4, 8, 1, 65536, true));
        }

        assertThatCode(() -> watchdog.check(30, 1e6, history)).doesNotThrowAnyException();
        history.add(new StepReport(30, 2, 1, 1e-4, 8, 1, 65536, false));
        assertThatThrownBy(() -> watchdog.check(31, 1e6, history)).hasMessageContaining("median is 2.0");
    }

    @ParameterizedTest
    @ValueSource(doubles = {10, 1e30})
    @DisplayName("is silent where it is not wanted")
    void off(double loss) {
        List<StepReport> history = history(DoubleStream.iterate(2, same -> same).limit(12).toArray());

        assertThatCode(() -> LossWatchdog.NONE.check(13, loss, history)).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("finds nothing in the run that Transformers and PEFT have recorded, even at half the default")
    void recordedRun() {
        List<StepReport> history = new ArrayList<>();
        GoldenRun.recorded().get("steps").forEach(step -> {
            double loss = step.get("loss").asDouble();
            assertThatCode(() -> new LossWatchdog(1.5).check(history.size() + 1, loss, history))
                    .doesNotThrowAnyException();
            history.addAll(history(loss));
        });
        assertThat(history).hasSize(60);
    }

    private static List<StepReport> history(double... losses) {
        List<StepReport> history = new ArrayList<>();
        for (double loss : losses) {
            history.add(new StepReport(history.size() + 1, loss, 1, 1e-4, 8, 1, 1, false));
        }
        return history;
    }
}
