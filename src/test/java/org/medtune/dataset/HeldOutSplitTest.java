package org.medtune.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;

class HeldOutSplitTest {

    @Test
    void followsTheHash() {
        // given: sha256("abc") begins with ba7816bf8f01cfea, that is 0.728395... of 2^64 (FIPS 180-2, example B.1)
        assertThat(new HeldOutSplit(0.7283).isHeldOut("abc")).isFalse();
        assertThat(new HeldOutSplit(0.7285).isHeldOut("abc")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ABC", " abc\n", "ａｂｃ", "\u3000abc\u00a0"})
    void spellingsOfOneQuestionAreOnOneSide(String spelling) {
        assertThat(new HeldOutSplit(0.7283).isHeldOut(spelling)).isFalse();
        assertThat(new HeldOutSplit(0.7285).isHeldOut(spelling)).isTrue();
    }

    @Test
    void runsOfBlanksCountAsOne() {
        HeldOutSplit split = new HeldOutSplit(0.5);

        assertThat(IntStream.range(0, 200)).allSatisfy(i -> assertThat(split.isHeldOut("a " + i + " b"))
                .isEqualTo(split.isHeldOut("a \t" + i + "\r\n\u3000 b")));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.05, 0.2, 0.9})
    void holdsOutTheShare(double share) {
        HeldOutSplit split = new HeldOutSplit(share);

        long heldOut = IntStream.range(0, 20_000).filter(i -> split.isHeldOut("question " + i)).count();

        assertThat(heldOut / 20_000.0).isCloseTo(share, within(0.01));
    }

    @Test
    void aLargerShareHoldsOutTheSameRowsAndMore() {
        HeldOutSplit small = new HeldOutSplit(0.1);
        HeldOutSplit large = new HeldOutSplit(0.2);

        assertThat(IntStream.range(0, 2_000).mapToObj(i -> "q" + i).filter(small::isHeldOut))
                .isNotEmpty()
                .allMatch(large::isHeldOut);
    }

    @Test
    void noneIsHeldOutAtZero() {
        assertThat(IntStream.range(0, 2_000).mapToObj(i -> "q" + i)).noneMatch(new HeldOutSplit(0)::isHeldOut);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1, Double.NaN})
    void anImpossibleShareIsRefused(double share) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> new HeldOutSplit(share))
                .withMessageStartingWith("MEDTUNE000412: The share of held-out rows is " + share);
    }
}
