package org.medtune.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class RateLimitTest {

    private final AtomicLong time = new AtomicLong();
    private final RateLimit limit = new RateLimit(6, Duration.ofMinutes(1), time::get);

    @Test
    void givesABurstAndThenWhatThePeriodRefills() {
        // given
        for (int i = 0; i < 6; i++) {
            assertThat(limit.take("li")).isZero();
        }

        // when / then
        assertThat(limit.take("li")).isEqualTo(Duration.ofSeconds(10));
        time.addAndGet(Duration.ofSeconds(4).toNanos());
        assertThat(limit.take("li")).isEqualTo(Duration.ofSeconds(6));
        time.addAndGet(Duration.ofSeconds(6).toNanos());
        assertThat(limit.take("li")).isZero();
        assertThat(limit.take("li")).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void countsEachKeyForItself() {
        for (int i = 0; i < 6; i++) {
            limit.take("li");
        }

        assertThat(limit.take("wang")).isZero();
    }

    @Test
    void refillsNoMoreThanABurst() {
        limit.take("li");
        time.addAndGet(Duration.ofHours(1).toNanos());
        for (int i = 0; i < 6; i++) {
            assertThat(limit.take("li")).isZero();
        }

        assertThat(limit.take("li")).isPositive();
    }

    @Test
    void tellsTheDelayWithoutTaking() {
        for (int i = 0; i < 6; i++) {
            assertThat(limit.delay("li")).isZero();
            limit.take("li");
        }

        assertThat(limit.delay("li")).isEqualTo(Duration.ofSeconds(10));
        limit.reset("li");
        assertThat(limit.delay("li")).isZero();
    }

    @Test
    void slowsDownOneWhoGuessesAndNotTheUserElsewhere() {
        LoginLimit logins = new LoginLimit();
        for (int i = 0; i < 5; i++) {
            assertThat(logins.delay("li", "10.0.0.1")).isZero();
            logins.failed("li", "10.0.0.1");
        }

        assertThat(logins.delay("li", "10.0.0.1")).isPositive();
        assertThat(logins.delay("li", "10.0.0.2")).isZero();
        assertThat(logins.delay("wang", "10.0.0.1")).isZero();
        logins.succeeded("li", "10.0.0.1");
        assertThat(logins.delay("li", "10.0.0.1")).isZero();
    }

    @Test
    void slowsDownOneWhoGuessesTheNamesToo() {
        LoginLimit logins = new LoginLimit();
        for (int i = 0; i < 50; i++) {
            logins.failed("user" + i, "10.0.0.1");
        }

        assertThat(logins.delay("another", "10.0.0.1")).isPositive();
        assertThat(logins.delay("another", "10.0.0.2")).isZero();
    }

    @Test
    void countsTheNetworkOfAnIpv6Address() {
        // given: a host that takes another address of its network for each guess
        LoginLimit logins = new LoginLimit();
        for (int i = 0; i < 5; i++) {
            assertThat(logins.attempt("li", "2001:db8:0:7:0:0:0:" + i, Optional::empty).delay()).isZero();
        }

        // then
        assertThat(logins.attempt("li", "2001:db8::7:ffff:0:0:1", Optional::empty).delay()).isPositive();
        assertThat(logins.attempt("li", "2001:db8:0:8:0:0:0:1", Optional::empty).delay()).isZero();
        assertThat(logins.attempt("li", "no:address", Optional::empty).delay()).isZero();
    }

    @Test
    void slowsDownManyWhoGuessOneName() {
        LoginLimit logins = new LoginLimit();
        for (int i = 0; i < 100; i++) {
            logins.failed("li", "10.0.0." + i);
        }

        assertThat(logins.delay("li", "10.0.1.1")).isPositive();
        assertThat(logins.delay("wang", "10.0.1.1")).isZero();
    }

    @Test
    void checksGuessesOfOneNameOneAfterTheOther() throws Exception {
        // given: as many guesses at once as a server has threads, each of which takes a while
        LoginLimit logins = new LoginLimit();
        AtomicInteger checked = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Callable<LoginLimit.Try<String>>> guesses = Collections.nCopies(16, () ->
                    logins.attempt("li", "10.0.0.1", () -> {
                        checked.incrementAndGet();
                        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
                        return Optional.empty();
                    }));

            // when
            List<Duration> delays = new ArrayList<>();
            for (Future<LoginLimit.Try<String>> guess : threads.invokeAll(guesses)) {
                delays.add(guess.get().delay());
            }

            // then
            assertThat(checked).hasValue(5);
            assertThat(delays.stream().filter(Duration::isZero)).hasSize(5);
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void forgivesWhoeverLogsIn() {
        LoginLimit logins = new LoginLimit();
        for (int i = 0; i < 20; i++) {
            for (int wrong = 0; wrong < 2; wrong++) {
                assertThat(logins.attempt("li", "10.0.0.1", Optional::empty).delay()).isZero();
            }
            assertThat(logins.attempt("li", "10.0.0.1", () -> Optional.of("li")).result()).contains("li");
        }
    }

    @Test
    void remembersNoNameThatIsLongerThanNamesAre() {
        LoginLimit logins = new LoginLimit();
        for (int i = 0; i < 5; i++) {
            logins.attempt("a".repeat(1 << 20), "10.0.0.1", Optional::empty);
        }

        assertThat(logins.delay("a".repeat(256), "10.0.0.1")).isPositive();
    }

    @Test
    void forgetsKeysWhoseBucketIsFullAgain() {
        // given
        for (int i = 0; i < 15_000; i++) {
            limit.take("early " + i);
        }
        time.addAndGet(Duration.ofMinutes(2).toNanos());

        // when
        for (int i = 0; i < 10_000; i++) {
            limit.take("late " + i);
        }

        // then
        assertThat(limit.size()).isLessThanOrEqualTo(20_000);
        assertThat(limit.take("late 0")).isZero();
    }
}
