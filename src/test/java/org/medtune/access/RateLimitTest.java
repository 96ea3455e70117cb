package org.medtune.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
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
}
