package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.medtune.testing.Golden;

@DisplayName("Packs of rows")
class SequencePacksTest {

    /** The cases of TRL's own tests of the strategy, with the rows of its expected packs by number. */
    static Stream<Arguments> casesOfTrl() {
        return Stream.of(
                Arguments.of(new int[] {3, 4, 1}, 4, List.of(List.of(1), List.of(0, 2))),
                Arguments.of(new int[] {4, 2, 4, 1}, 4, List.of(List.of(0), List.of(2), List.of(1, 3))),
                Arguments.of(new int[] {5, 1, 4, 3}, 5, List.of(List.of(0), List.of(2, 1), List.of(3))));
    }

    static Stream<Arguments> recordedCases() throws IOException {
        JsonNode cases = new ObjectMapper().readTree(Golden.FOLDER.resolve("packing.json").toFile());
        return StreamSupport.stream(cases.spliterator(), false).map(one -> Arguments.of(Golden.ids(one.get("lengths")),
                one.get("capacity").asInt(), StreamSupport.stream(one.get("packs").spliterator(), false)
                        .map(pack -> Arrays.stream(Golden.ids(pack)).boxed().toList()).toList()));
    }

    @ParameterizedTest(name = "of {1} tokens")
    @MethodSource({"casesOfTrl", "recordedCases"})
    @DisplayName("are those that TRL makes")
    void likeTrl(int[] lengths, int capacity, List<List<Integer>> expected) {
        assertThat(packs(SequencePacks.bestFitDecreasing(lengths, capacity))).isEqualTo(expected);
    }

    @Test
    @DisplayName("hold every row once, none beyond their room")
    void everyRowOnce() {
        // given
        int[] lengths = new Random(1).ints(1_000, 2, 513).toArray();

        // when
        SequencePacks packs = SequencePacks.bestFitDecreasing(lengths, 512);

        // then
        assertThat(packs(packs).stream().flatMap(List::stream))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, lengths.length).boxed().toList());
        assertThat(packs(packs)).allSatisfy(pack ->
                assertThat(pack.stream().mapToInt(row -> lengths[row]).sum()).isLessThanOrEqualTo(512));
        assertThat(packs.count()).isLessThan((int) (1.1 * Arrays.stream(lengths).sum() / 512));
    }

    @Test
    @DisplayName("give a row that is too long a pack to itself")
    void tooLong() {
        assertThat(packs(SequencePacks.bestFitDecreasing(new int[] {3, 9, 5}, 8)))
                .containsExactly(List.of(1), List.of(2, 0));
    }

    @Test
    @DisplayName("cannot be changed through what they return")
    void copies() {
        SequencePacks packs = SequencePacks.bestFitDecreasing(new int[] {3, 2}, 8);

        packs.rows(0)[0] = 7;

        assertThat(packs.rows(0)).containsExactly(0, 1);
    }

    private static List<List<Integer>> packs(SequencePacks packs) {
        List<List<Integer>> rows = new ArrayList<>();
        for (int pack = 0; pack < packs.count(); pack++) {
            rows.add(Arrays.stream(packs.rows(pack)).boxed().toList());
        }
        return rows;
    }
}
