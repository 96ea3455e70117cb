package org.medtune.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.model.Tokenizer;
import org.medtune.testing.Golden;

class TextDecoderTest {

    private static Tokenizer tokenizer;

    @BeforeAll
    static void open() {
        tokenizer = Tokenizer.open(Golden.MODEL);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    @DisplayName("Pieces of 2,000 random sequences join to what the tokenizer makes of them at once")
    void piecesOfRandomSequencesJoinToTheWhole() {
        Random random = new Random(3);
        for (int i = 0; i < 2000; i++) {
            // every other sequence is of single bytes mostly, so that most of it is no UTF-8
            int[] ids = random.ints(1 + random.nextInt(40), 0, i % 2 == 0 ? 8192 : 256).toArray();
            assertThat(String.join("", pieces(ids))).isEqualTo(tokenizer.decodeSkippingSpecialTokens(ids));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"急性阑尾炎的病人😀👩‍⚕️应如何处理？", "naïve café — 37,5 °C\n\n\tEnd", "𠮷野家で𩸽を食べた"})
    void noPieceEndsInHalfACharacterAndAllAreWhole(String text) {
        List<String> pieces = pieces(tokenizer.encode(text));

        assertThat(String.join("", pieces)).isEqualTo(text);
        assertThat(pieces).allSatisfy(piece -> {
            assertThat(piece).doesNotContain("\uFFFD");
            assertThat(piece.isEmpty() || !Character.isHighSurrogate(piece.charAt(piece.length() - 1))).isTrue();
        });
        assertThat(pieces.stream().filter(piece -> !piece.isEmpty()).count()).isGreaterThan(3);
    }

    @Test
    void piecesOfTheSampleDatasetJoinToIt() throws Exception {
        for (String line : Files.readAllLines(Path.of("data/medical-reasoning-sample-zh.jsonl")).subList(0, 10)) {
            assertThat(String.join("", pieces(tokenizer.encode(line)))).isEqualTo(line);
        }
    }

    @Test
    void aCharacterThatNeverBecomesWholeIsGivenOutAtTheEnd() {
        int[] ids = tokenizer.encode("患");
        assertThat(tokenizer.decode(new int[] {ids[0]})).as("one of several tokens of a character").isIn("\uFFFD", "患");
        TextDecoder decoder = new TextDecoder(tokenizer);
        int firstByte = tokenizer.encode("ə")[0];
        String given = decoder.append(firstByte);
        assertThat(given + decoder.end()).isEqualTo(tokenizer.decode(new int[] {firstByte}));
    }

    private static List<String> pieces(int[] ids) {
        TextDecoder decoder = new TextDecoder(tokenizer);
        List<String> pieces = new ArrayList<>();
        for (int id : ids) {
            pieces.add(decoder.append(id));
        }
        pieces.add(decoder.end());
        return pieces;
    }
}
