package org.medtune.training;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Rows put together into sequences of a bounded number of tokens; no row is divided. The packs are a function of the
 * rows' lengths alone, so a restarted run has the same.
 *
 * <p>Source: strategy {@code bfd} of TRL's {@code pack_dataset}, best-fit decreasing: rows from the longest to the
 * shortest, those of one length in their order, each into the pack with the least room that suffices, of several with
 * the same room into the one that has had it for the longest time. TRL packs each 1,000 rows of a dataset by
 * themselves; here all rows are packed together.
 */
public final class SequencePacks implements Packing {

    private final List<int[]> packs;

    private SequencePacks(List<int[]> packs) {
        this.packs = List.copyOf(packs);
    }

    /**
     * Packs rows.
     *
     * @param lengths tokens by row
     * @param capacity the most tokens of a pack; a row that is longer by itself has a pack to itself
     */
    public static SequencePacks bestFitDecreasing(int[] lengths, int capacity) {
        List<Integer> longestFirst = IntStream.range(0, lengths.length).boxed()
                .sorted(Comparator.comparingInt((Integer row) -> lengths[row]).reversed())
                .toList();
        List<List<Integer>> packs = new ArrayList<>();
        NavigableMap<Integer, Deque<List<Integer>>> byRoom = new TreeMap<>();
        for (int row : longestFirst) {
            Map.Entry<Integer, Deque<List<Integer>>> fitting = byRoom.ceilingEntry(lengths[row]);
            List<Integer> pack;
            int room;
            if (fitting == null) {
                pack = new ArrayList<>();
                packs.add(pack);
                room = capacity;
            } else {
                pack = fitting.getValue().removeFirst();
                room = fitting.getKey();
                if (fitting.getValue().isEmpty()) {
                    byRoom.remove(room);
                }
            }
            pack.add(row);
            byRoom.computeIfAbsent(room - lengths[row], same -> new ArrayDeque<>()).addLast(pack);
        }
        return new SequencePacks(packs.stream()
                .map(pack -> pack.stream().mapToInt(Integer::intValue).toArray())
                .toList());
    }

    /** The number of packs. */
    public int count() {
        return packs.size();
    }

    @Override
    public int[] rows(int sequence) {
        return packs.get(sequence).clone();
    }
}
