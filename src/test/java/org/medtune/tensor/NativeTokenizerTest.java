package org.medtune.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;
import org.medtune.RecoverableException;
import org.medtune.testing.Golden;

class NativeTokenizerTest {

    private static final Path TOKENIZER_JSON = Golden.MODEL.resolve("tokenizer.json");

    @Test
    void neitherTruncatesNorPads() {
        try (NativeTokenizer tokenizer = NativeTokenizer.open(TOKENIZER_JSON)) {
            // given: more tokens than DJL's default limit of 512
            String digits = "7".repeat(5_000);

            // when / then
            assertThat(tokenizer.encode(digits)).hasSize(5_000);
            assertThat(tokenizer.encode("7")).hasSize(1);
        }
    }

    @Test
    void truncationAndPaddingOfTheFileAreSwitchedOff(@TempDir Path folder) throws IOException {
        // given: a tokenizer.json saved in the middle of a training run that truncated and padded
        String json = Files.readString(TOKENIZER_JSON)
                .replaceFirst("\"truncation\"\\s*:\\s*null", "\"truncation\":{\"direction\":\"Right\",\"max_length\":4,"
                        + "\"strategy\":\"LongestFirst\",\"stride\":0}")
                .replaceFirst("\"padding\"\\s*:\\s*null", "\"padding\":{\"strategy\":{\"Fixed\":16},\"direction\":"
                        + "\"Right\",\"pad_to_multiple_of\":null,\"pad_id\":0,\"pad_type_id\":0,\"pad_token\":\"!\"}");
        assertThat(json).contains("\"Fixed\":16", "\"max_length\":4");
        Path file = Files.writeString(folder.resolve("tokenizer.json"), json);

        try (NativeTokenizer tokenizer = NativeTokenizer.open(file)) {
            // when / then
            assertThat(tokenizer.encode("1234567890")).hasSize(10);
        }
    }

    @Test
    void knowsTheIdsOfOrdinaryAndAddedTokens() {
        try (NativeTokenizer tokenizer = NativeTokenizer.open(TOKENIZER_JSON)) {
            assertThat(tokenizer.idOf("<｜end▁of▁sentence｜>")).hasValue(8185);
            assertThat(tokenizer.idOf("<think>")).hasValue(8190);
            assertThat(tokenizer.idOf("a")).hasValue(64);
            assertThat(tokenizer.idOf("<no such token>")).isEmpty();
        }
    }

    @Test
    void addsTheTokensOfThePostProcessorOnlyWhenAsked() {
        try (NativeTokenizer tokenizer = NativeTokenizer.open(TOKENIZER_JSON)) {
            assertThat(tokenizer.encode("a")).containsExactly(64);
            assertThat(tokenizer.encodeWithAddedTokens("a")).containsExactly(8188, 64);
        }
    }

    @Test
    void idsBeyondTheVocabularyStandForNothing() {
        try (NativeTokenizer tokenizer = NativeTokenizer.open(TOKENIZER_JSON)) {
            assertThat(tokenizer.decode(new int[] {64, 100_000, 65}, false)).isEqualTo("ab");
        }
    }

    @Test
    void manyThreadsGetTheSameIds() {
        try (NativeTokenizer tokenizer = NativeTokenizer.open(TOKENIZER_JSON)) {
            // given
            String text = "男，62岁，突发胸痛3小时，血压85/55mmHg。";
            int[] expected = tokenizer.encode(text);

            // when
            List<int[]> all = IntStream.range(0, 2_000).parallel().mapToObj(i -> tokenizer.encode(text)).toList();

            // then
            assertThat(all).allSatisfy(ids -> assertThat(ids).isEqualTo(expected));
        }
    }

    @Test
    void cannotBeUsedOnceClosed() {
        NativeTokenizer tokenizer = NativeTokenizer.open(TOKENIZER_JSON);
        tokenizer.close();
        tokenizer.close();

        assertThatIllegalStateException().isThrownBy(() -> tokenizer.encode("a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{", "{\"model\":{}}",
        "{\"model\":{\"type\":\"Unheard\",\"vocab\":{\"a\":0}}}"})
    void damagedFileIsRefusedWithASentence(String content, @TempDir Path folder) throws IOException {
        // given
        Path file = Files.writeString(folder.resolve("tokenizer.json"), content);

        // when / then
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> NativeTokenizer.open(file))
                .withMessageStartingWith("MEDTUNE000181: The tokenizer file " + file + " is damaged");
    }

    @Test
    void truncatedFileIsRefusedWithASentence(@TempDir Path folder) throws IOException {
        // given
        byte[] whole = Files.readAllBytes(TOKENIZER_JSON);
        Path file = Files.write(folder.resolve("tokenizer.json"), Arrays.copyOf(whole, whole.length / 2));

        // when / then
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> NativeTokenizer.open(file))
                .withMessageStartingWith("MEDTUNE000181");
    }

    @Test
    void missingFileIsRefusedWithASentence(@TempDir Path folder) {
        assertThatExceptionOfType(RecoverableException.class)
                .isThrownBy(() -> NativeTokenizer.open(folder.resolve("tokenizer.json")))
                .withMessageStartingWith("MEDTUNE000180: The tokenizer file ")
                .withMessageContaining("cannot be read");
    }
}
