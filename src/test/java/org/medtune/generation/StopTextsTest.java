package org.medtune.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StopTextsTest {

    @Test
    void theEarliestStopTextEndsTheTextHoweverItIsCut() {
        String text = "abab abac 结束。 rest";
        for (int size = 1; size <= text.length(); size++) {
            assertThat(given(text, size, "结束", "abac")).isEqualTo("abab ");
            assertThat(given(text, size, "束。", "结束。")).isEqualTo("abab abac ");
            assertThat(given(text, size, "restless", "x")).isEqualTo(text);
            assertThat(given(text, size)).isEqualTo(text);
        }
    }

    @Test
    void onlyWhatCouldBeginAStopTextIsHeldBack() {
        StopTexts stops = new StopTexts(List.of("aab"));

        assertThat(stops.append("xaa")).isEqualTo("x");
        assertThat(stops.append("a")).isEqualTo("a");
        assertThat(stops.append("c")).isEqualTo("aac");
        assertThat(stops.found()).isFalse();
    }

    private static String given(String text, int size, String... stops) {
        StopTexts filter = new StopTexts(List.of(stops));
        StringBuilder given = new StringBuilder();
        for (int from = 0; from < text.length(); from += size) {
            given.append(filter.append(text.substring(from, Math.min(text.length(), from + size))));
        }
        return given.append(filter.end()).toString();
    }
}
