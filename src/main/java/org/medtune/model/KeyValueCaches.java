package org.medtune.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The caches of the sequences that are decoded together, within a bound of memory. Memory is taken in banks of some
 * slots of one capacity. A bank none of whose slots is in use is kept for sequences to come, and gives way to banks of
 * another capacity. Used by one thread; closing releases all.
 */
public final class KeyValueCaches implements AutoCloseable {

    /**
     * A step attends over multiples of this many keys. It is the block in which the processor's attention kernel takes
     * keys, so that every sum over keys has one length whatever else is in the bank.
     */
    static final int KEYS = 512;

    private static final int LARGEST_BANK = 16;

    /** No bank takes more than this part of all memory, unless it has a single slot. */
    private static final int SHARE = 8;

    private final CausalLanguageModel model;
    private final long mostBytes;
    private final List<CacheBank> banks = new ArrayList<>();

    /**
     * No caches yet.
     *
     * @param mostBytes the most memory that all caches together may take
     */
    public KeyValueCaches(CausalLanguageModel model, long mostBytes) {
        this.model = model;
        this.mostBytes = mostBytes;
    }

    /** The memory that the cache of a single sequence takes. */
    public static long bytesOfOne(CausalLanguageModel model, int capacity) {
        return bytes(model, 1, rounded(capacity));
    }

    /**
     * A cache, if there is memory for it now; the caller closes it.
     *
     * @param capacity the most tokens that it has to hold
     */
    public Optional<KeyValueCache> take(int capacity) {
        int rounded = rounded(capacity);
        Optional<CacheBank> free = banks.stream()
                .filter(bank -> bank.capacity() == rounded && bank.slotsTaken() < bank.slots())
                .max(Comparator.comparingInt(CacheBank::slotsTaken));
        return free.or(() -> newBank(rounded)).map(bank -> new KeyValueCache(this, bank, capacity));
    }

    /** Whether a cache of that capacity can be had at all, at least when it is the only one. */
    public boolean canHold(int capacity) {
        return bytesOfOne(model, capacity) <= mostBytes;
    }

    /** The most tokens that a single sequence can have. */
    public long mostTokens() {
        return mostBytes / bytes(model, 1, 1);
    }

    /** The memory that all caches together take now. */
    public long bytes() {
        return bytes(banks.stream());
    }

    @Override
    public void close() {
        banks.forEach(CacheBank::close);
        banks.clear();
    }

    void release(CacheBank bank, int slot) {
        bank.release(slot);
    }

    /** As large as there is memory for, since a step takes an attention call for each bank. */
    private Optional<CacheBank> newBank(int capacity) {
        long free = mostBytes - bytes(banks.stream().filter(bank -> bank.slotsTaken() > 0));
        int slots = LARGEST_BANK;
        while (slots > 1 && bytes(model, slots, capacity) > Math.min(mostBytes / SHARE, free)) {
            slots /= 2;
        }
        long needed = bytes(model, slots, capacity);
        if (needed > free) {
            return Optional.empty();
        }
        if (needed > mostBytes - bytes()) {
            closeUnused();
        }
        CacheBank bank = new CacheBank(model, slots, capacity);
        banks.add(bank);
        return Optional.of(bank);
    }

    private void closeUnused() {
        List<CacheBank> unused = banks.stream().filter(bank -> bank.slotsTaken() == 0).toList();
        banks.removeAll(unused);
        unused.forEach(CacheBank::close);
    }

    private long bytes(Stream<CacheBank> some) {
        return some.mapToLong(bank -> bytes(model, bank.slots(), bank.capacity())).sum();
    }

    private static long bytes(CausalLanguageModel model, long slots, long capacity) {
        ModelConfiguration shape = model.configuration();
        return 2L * shape.layers() * shape.keyValueWidth() * model.type().bytes() * slots * capacity;
    }

    /** One of few capacities, {@value #KEYS} tokens and its doubles, so that sequences share banks. */
    private static int rounded(int capacity) {
        int rounded = KEYS;
        while (rounded < capacity) {
            rounded = Math.multiplyExact(rounded, 2);
        }
        return rounded;
    }
}
