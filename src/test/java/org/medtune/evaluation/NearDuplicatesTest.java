package org.medtune.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Near duplicates")
class NearDuplicatesTest {

    @Test
    @DisplayName("are found whatever their punctuation, case and width, and so are small changes")
    void found() {
        // given
        NearDuplicates duplicates = new NearDuplicates();
        duplicates.addHeldOut(7, "男，62岁，突发胸痛3小时，血压85/55mmHg，应如何处理低血压？");
        duplicates.addHeldOut(8, "一个患有急性阑尾炎的病人已经发病5天，此时应如何处理？");

        // when
        duplicates.compare(1, "男 62岁 突发胸痛３小时 血压85/55MMHG 应如何处理低血压");
        duplicates.compare(2, "男，63岁，突发胸痛3小时，血压85/55mmHg，应如何处理低血压？");
        duplicates.compare(3, "女，20岁，皮疹三天，如何处理？");

        // then
        assertThat(duplicates.found()).extracting(NearDuplicates.Pair::trainingRow).containsExactly(1L, 2L);
        assertThat(duplicates.found()).extracting(NearDuplicates.Pair::heldOutRow).containsOnly(7L);
        assertThat(duplicates.found().get(0).similarity()).isEqualTo(1);
        // 25 sequences each, of which three have the changed digit: 22 / 28
        assertThat(duplicates.found().get(1).similarity()).isBetween(0.8, 0.95);
    }

    @Test
    @DisplayName("of very short questions are the same question")
    void shortQuestions() {
        NearDuplicates duplicates = new NearDuplicates();
        duplicates.addHeldOut(1, "痛?");
        duplicates.addHeldOut(2, "??");

        duplicates.compare(3, "痛！");
        duplicates.compare(4, "痒");
        duplicates.compare(5, "!");

        assertThat(duplicates.found()).extracting(NearDuplicates.Pair::trainingRow).containsExactly(3L);
        assertThat(duplicates.found().get(0).similarity()).isCloseTo(1, within(0.0));
    }
}
