package org.medtune.access;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * A token bucket for each key: so many at once, and then as many as a period refills. Keys whose bucket is full again
 * are forgotten. Safe for use by many threads.
 */
public final class RateLimit {

    private static final int SWEEP_AT = 10_000;

    private final int burst;
    private final double nanosecondsPerPermit;
    private final LongSupplier nanoTime;
    private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();
    private volatile int sweepAt = SWEEP_AT;

    /** What is left, and when that was reckoned. */
    private record Bucket(double permits, long time) {}

    /**
     * A limit by this machine's clock.
     *
     * @param burst  permits at once
     * @param period in which so many are refilled
     */
    public RateLimit(int burst, Duration period) {
        this(burst, period, System::nanoTime);
    }

    RateLimit(int burst, Duration period, LongSupplier nanoTime) {
        this.burst = burst;
        this.nanosecondsPerPermit = (double) period.toNanos() / burst;
        this.nanoTime = nanoTime;
    }

    /** Takes a permit; zero if there was one, or else how long to wait for the next. */
    public Duration take(String key) {
        long now = nanoTime.getAsLong();
        if (buckets.size() >= sweepAt) {
            buckets.values().removeIf(bucket -> refilled(bucket, now) >= burst);
            // where little could be forgotten, not each request goes through all of them
            sweepAt = Math.max(SWEEP_AT, 2 * buckets.size());
        }
        Duration[] wait = {Duration.ZERO};
        buckets.compute(key, (same, bucket) -> {
            double permits = bucket == null ? burst : refilled(bucket, now);
            if (permits < 1) {
                wait[0] = Duration.ofNanos((long) Math.ceil((1 - permits) * nanosecondsPerPermit));
                return new Bucket(permits, now);
            }
            return new Bucket(permits - 1, now);
        });
        return wait[0];
    }

    /** How long to wait for a permit; takes none. */
    public Duration delay(String key) {
        Bucket bucket = buckets.get(key);
        double permits = bucket == null ? burst : refilled(bucket, nanoTime.getAsLong());
        return permits >= 1 ? Duration.ZERO : Duration.ofNanos((long) Math.ceil((1 - permits) * nanosecondsPerPermit));
    }

    /** Fills the key's bucket. */
    public void reset(String key) {
        buckets.remove(key);
    }

    /** Keys that are remembered. */
    int size() {
        return buckets.size();
    }

    private double refilled(Bucket bucket, long now) {
        return Math.min(burst, bucket.permits + (now - bucket.time) / nanosecondsPerPermit);
    }
}
