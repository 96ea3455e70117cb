package org.medtune.access;

import java.time.Duration;

/**
 * Slows down whoever guesses passwords: by name and address, by address, and by name. Only failures count, and a login
 * that succeeds forgives those of the same name and address; so nobody can keep a user out for good from elsewhere.
 */
public final class LoginLimit {

    private static final Duration PERIOD = Duration.ofMinutes(5);
    private static final int FAILURES_OF_PAIR = 5;
    private static final int FAILURES_OF_ADDRESS = 50;
    private static final int FAILURES_OF_NAME = 100;

    private final RateLimit pairs = new RateLimit(FAILURES_OF_PAIR, PERIOD);
    private final RateLimit addresses = new RateLimit(FAILURES_OF_ADDRESS, PERIOD);
    private final RateLimit names = new RateLimit(FAILURES_OF_NAME, PERIOD);

    /** How long to wait before the next try; zero if there may be one now. */
    public Duration delay(String name, String address) {
        return longer(pairs.delay(pair(name, address)), longer(addresses.delay(address), names.delay(name)));
    }

    /** Counts a failure. */
    public void failed(String name, String address) {
        pairs.take(pair(name, address));
        addresses.take(address);
        names.take(name);
    }

    /** Forgives. */
    public void succeeded(String name, String address) {
        pairs.reset(pair(name, address));
    }

    private static String pair(String name, String address) {
        return address + " " + name;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
