package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeedsTest {

    @Test
    void everyPositionHasASeedOfItsOwn() {
        // given
        List<Long> seeds = new ArrayList<>();

        // when
        for (long seed = 0; seed < 8; seed++) {
            seeds.add(Seeds.mix(seed));
            for (long a = 0; a < 40; a++) {
                seeds.add(Seeds.mix(seed, a));
                for (long b = 0; b < 40; b++) {
                    seeds.add(Seeds.mix(seed, a, b));
                }
            }
        }

        // then: and so far apart that the seven dropout masks of a layer do not meet those of another
        assertThat(new HashSet<>(seeds)).hasSameSizeAs(seeds);
        List<Long> sorted = seeds.stream().sorted().toList();
        for (int i = 1; i < sorted.size(); i++) {
            assertThat(sorted.get(i) - sorted.get(i - 1)).isGreaterThan(7);
        }
    }

    @Test
    void aSeedIsNotNegativeAndLeavesRoomToCountOn() {
        for (long position = -1000; position < 1000; position++) {
            assertThat(Seeds.mix(Long.MIN_VALUE + position, position)).isBetween(0L, Long.MAX_VALUE / 2);
        }
    }

    @Test
    void theSameNumbersGiveTheSameSeedInEveryRelease() {
        // a resumed run draws what the run before it would have drawn, so these values, computed apart from the
        // program, may never change; the first is the first output of SplitMix64 for the seed 0, without its lowest two bits
        assertThat(Seeds.mix(0)).isEqualTo(0xe220a8397b1dcdafL >>> 2);
        assertThat(Seeds.mix(3407, 1, 0)).isEqualTo(3901923057635310658L);
    }
}
