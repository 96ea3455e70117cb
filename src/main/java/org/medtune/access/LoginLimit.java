package org.medtune.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Slows down whoever guesses passwords: by name and address, by address, and by name. Only failures count, and a login
 * that succeeds forgives those of the same name and address. Guesses at one name from one address are checked one after
 * the other, so that not many of them pass before the first one has failed. Of IPv6 addresses the network counts.
 */
public final class LoginLimit {

    private static final Duration PERIOD = Duration.ofMinutes(5);
    private static final int FAILURES_OF_PAIR = 5;
    private static final int FAILURES_OF_ADDRESS = 50;
    private static final int FAILURES_OF_NAME = 100;
    private static final int TURNS = 64;
    private static final int NETWORK_BYTES = 8;
    /** What is longer is nobody's name, and need not be remembered as a whole. */
    private static final int LONGEST_NAME = 256;

    private final RateLimit pairs = new RateLimit(FAILURES_OF_PAIR, PERIOD);
    private final RateLimit addresses = new RateLimit(FAILURES_OF_ADDRESS, PERIOD);
    private final RateLimit names = new RateLimit(FAILURES_OF_NAME, PERIOD);
    private final Object[] turns = Stream.generate(Object::new).limit(TURNS).toArray();

    /**
     * What came of a try.
     *
     * @param delay  to wait before the next one; if it is not zero nothing was checked
     * @param result of the check; empty if it failed
     */
    public record Try<T>(Duration delay, Optional<T> result) {
    }

    /**
     * Has a name and a secret checked, if there may be a try now, and counts a failure.
     *
     * @param check empty if the secret is wrong
     */
    public <T> Try<T> attempt(String name, String address, Supplier<Optional<T>> check) {
        String bounded = name.substring(0, Math.min(name.length(), LONGEST_NAME));
        String network = network(address);
        synchronized (turns[Math.floorMod(pair(bounded, network).hashCode(), TURNS)]) {
            Duration delay = delay(bounded, network);
            if (!delay.isZero()) {
                return new Try<>(delay, Optional.empty());
            }
            Optional<T> result = check.get();
            if (result.isPresent()) {
                succeeded(bounded, network);
            } else {
                failed(bounded, network);
            }
            return new Try<>(Duration.ZERO, result);
        }
    }

    /** How long to wait before the next try; zero if there may be one now. */
    Duration delay(String name, String address) {
        return longer(pairs.delay(pair(name, address)), longer(addresses.delay(address), names.delay(name)));
    }

    /** Counts a failure. */
    void failed(String name, String address) {
        pairs.take(pair(name, address));
        addresses.take(address);
        names.take(name);
    }

    /** Forgives. */
    void succeeded(String name, String address) {
        pairs.reset(pair(name, address));
    }

    /** The last 64 bits of an IPv6 address are its host's own choice (RFC 4291, 2.5.1), and would make guesses free. */
    private static String network(String address) {
        if (address.indexOf(':') < 0) {
            return address;
        }
        try {
            // a text with a colon is never looked up
            byte[] bytes = InetAddress.getByName(address).getAddress();
            return HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, NETWORK_BYTES));
        } catch (UnknownHostException e) {
            return address;
        }
    }

    private static String pair(String name, String address) {
        return address + " " + name;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
