package org.medtune.generation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThinkSplitterTest {

    @ParameterizedTest(name = "reasons: {0}, answer: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "true  | \"\\nfirst\\n</think>\\nthen\"          | first         | then",
        "true  | \"<think>\\nfirst</think>then\"         | first         | then",
        "false | \"<think>first\\n\\n</think>\\n\\nthen\" | first         | then",
        "false | \"\\n<think>first</think>\"             | first         | \"\"",
        "false | \"plain < 5 </think> text\"             | \"\"          | plain < 5 </think> text",
        "true  | \"never ends </thin\"                   | never ends </thin | \"\"",
        "true  | \"a </b> <think> c</think>d<think>e\"   | a </b> <think> c  | d<think>e",
        "false | \"<thin\"                               | \"\"          | <thin",
        "true  | \"\"                                    | \"\"          | \"\"",
        "true  | \"x</think>y</think>z\"                 | x             | y</think>z",
    })
    void splitsTheSameHoweverTheTextIsCut(boolean reasons, String answer, String reasoning, String content) {
        String text = answer.replace("\\n", "\n");
        for (int size = 1; size <= Math.max(1, text.length()); size++) {
            // given
            ThinkSplitter splitter = new ThinkSplitter(reasons);
            String reasoningBefore = "";
            String contentBefore = "";

            // when
            for (int from = 0; from < text.length(); from += size) {
                splitter.append(text.substring(from, Math.min(text.length(), from + size)));
                // then: both only grow
                assertThat(splitter.reasoning()).startsWith(reasoningBefore);
                assertThat(splitter.content()).startsWith(contentBefore);
                assertThat(reasoning).startsWith(splitter.reasoning());
                reasoningBefore = splitter.reasoning();
                contentBefore = splitter.content();
            }
            splitter.end();

            // then
            assertThat(splitter.reasoning()).as("in pieces of %d", size).isEqualTo(reasoning);
            assertThat(splitter.content()).as("in pieces of %d", size).isEqualTo(content);
        }
    }
}
