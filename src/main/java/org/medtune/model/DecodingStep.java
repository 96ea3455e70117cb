package org.medtune.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/** Lays sequences out for the kernel {@code step}: rows by adapter, slots by bank. */
final class DecodingStep {

    private static final int BIASES = 4;

    /** The sequences in the order of their rows. */
    private final List<Continuation> rows = new ArrayList<>();

    /** Where each row's sequence stands among those that were given. */
    private final List<Integer> order = new ArrayList<>();

    private final List<ActiveAdapter> adapters = new ArrayList<>();
    private final List<CacheBank> banks;
    private final long[] segments;
    private final int layers;

    DecodingStep(List<Continuation> sequences, int layers) {
        this.layers = layers;
        Map<ActiveAdapter, List<Integer>> byAdapter = new IdentityHashMap<>();
        for (int i = 0; i < sequences.size(); i++) {
            byAdapter.computeIfAbsent(sequences.get(i).adapter(), adapter -> {
                adapters.add(adapter);
                return new ArrayList<>();
            }).add(i);
        }
        segments = new long[adapters.size() + 1];
        for (int i = 0; i < adapters.size(); i++) {
            order.addAll(byAdapter.get(adapters.get(i)));
            segments[i + 1] = order.size();
        }
        order.forEach(i -> rows.add(sequences.get(i)));
        Set<CacheBank> used = new LinkedHashSet<>();
        rows.forEach(row -> used.add(row.cache().bank()));
        banks = List.copyOf(used);
    }

    long[] tokenIds() {
        return rows.stream().mapToLong(row -> row.tokenIds()[0]).toArray();
    }

    /** The place of every row in its text. */
    long[] rowPositions() {
        return rows.stream().mapToLong(row -> row.cache().length()).toArray();
    }

    /** Every row's slot, counted through all banks. */
    long[] slotsOfRows() {
        return rows.stream().mapToLong(row -> {
            long before = banks.stream()
                    .takeWhile(bank -> bank != row.cache().bank())
                    .mapToLong(this::slotsInUse)
                    .sum();
            return before + row.cache().slot();
        }).toArray();
    }

    /** The rows of each bank for the fused kernels. */
    List<BankedRows> bankedRows(TensorScope work, ModelConfiguration configuration) {
        return banks.stream().map(bank -> {
            int[] own = IntStream.range(0, rows.size())
                    .filter(row -> rows.get(row).cache().bank() == bank)
                    .toArray();
            return BankedRows.of(work, configuration, bank, own,
                    Arrays.stream(own).map(row -> rows.get(row).cache().slot()).toArray(),
                    Arrays.stream(own).map(row -> rows.get(row).cache().length()).toArray());
        }).toList();
    }

    /** The adapters in the order of their segments. */
    List<ActiveAdapter> adapters() {
        return adapters;
    }

    /** By layer, then by bank: keys and values. */
    List<Tensor> banks() {
        List<Tensor> tensors = new ArrayList<>(2 * layers * banks.size());
        for (int layer = 0; layer < layers; layer++) {
            for (CacheBank bank : banks) {
                tensors.addAll(bank.tensors().subList(2 * layer, 2 * layer + 2));
            }
        }
        return tensors;
    }

    /** By bank: the row of each slot, up to the last slot in use; any row where none is. */
    List<Tensor> rowsOfSlots(TensorScope work) {
        return bySlot(work, row -> row);
    }

    /** By bank: the place in its text of each slot's row; 0 where there is none. */
    List<Tensor> positionsOfSlots(TensorScope work) {
        return bySlot(work, row -> rows.get(row).cache().length());
    }

    /** By bank: the number of keys to attend over, whole blocks. */
    long[] keys() {
        return banks.stream().mapToLong(bank -> {
            int longest = rows.stream()
                    .filter(row -> row.cache().bank() == bank)
                    .mapToInt(row -> row.cache().length() + 1)
                    .max()
                    .orElseThrow();
            return (longest + KeyValueCaches.KEYS - 1L) / KeyValueCaches.KEYS * KeyValueCaches.KEYS;
        }).toArray();
    }

    /** The first row of every adapter, and the number of rows. */
    long[] segments() {
        return segments;
    }

    double[] scalings() {
        return adapters.stream().mapToDouble(ActiveAdapter::scaling).toArray();
    }

    /** By layer, then by adapter: its factors. */
    List<Tensor> factors() {
        List<Tensor> factors = new ArrayList<>(ActiveAdapter.FACTORS * layers * adapters.size());
        for (int layer = 0; layer < layers; layer++) {
            for (ActiveAdapter adapter : adapters) {
                factors.addAll(adapter.layers().get(layer).factors());
            }
        }
        return factors;
    }

    /**
     * By layer, then by adapter: the biases that it has trained.
     *
     * @param none a tensor without elements, for those that it has not
     */
    List<Tensor> biases(Tensor none) {
        List<Tensor> biases = new ArrayList<>(BIASES * layers * adapters.size());
        for (int layer = 0; layer < layers; layer++) {
            for (ActiveAdapter adapter : adapters) {
                List<Tensor> own = adapter.layers().get(layer).biases();
                biases.addAll(own.isEmpty() ? Collections.nCopies(BIASES, none) : own);
            }
        }
        return biases;
    }

    /** The rows whose logits are wanted. */
    long[] wanted() {
        return IntStream.range(0, rows.size()).filter(i -> rows.get(i).wantLogits()).asLongStream().toArray();
    }

    /** What a kernel returned, in the order in which the sequences were given. */
    List<NextToken> inOrderOfSequences(List<Tensor> results) {
        long[] mostLikely = results.get(0).toLongArray();
        NextToken[] tokens = new NextToken[order.size()];
        int wanted = 1;
        for (int i = 0; i < order.size(); i++) {
            float[] logits = rows.get(i).wantLogits() ? results.get(wanted++).toFloatArray() : null;
            tokens[order.get(i)] = new NextToken((int) mostLikely[i], logits);
        }
        return List.of(tokens);
    }

    private long slotsInUse(CacheBank bank) {
        return 1L + rows.stream()
                .filter(row -> row.cache().bank() == bank)
                .mapToInt(row -> row.cache().slot())
                .max()
                .orElseThrow();
    }

    private List<Tensor> bySlot(TensorScope work, IntToLongFunction value) {
        List<Tensor> tensors = new ArrayList<>();
        for (CacheBank bank : banks) {
            long[] values = new long[(int) slotsInUse(bank)];
            for (int row = 0; row < rows.size(); row++) {
                if (rows.get(row).cache().bank() == bank) {
                    values[rows.get(row).cache().slot()] = value.applyAsLong(row);
                }
            }
            tensors.add(work.ofLongs(values));
        }
        return tensors;
    }
}
