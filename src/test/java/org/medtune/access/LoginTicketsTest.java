package org.medtune.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LoginTicketsTest {

    private final SetClock clock = new SetClock();
    private final LoginTickets tickets = new LoginTickets(clock);

    @Test
    void ticketTakesALoginOverOnce() {
        // when
        String ticket = tickets.issue("chen", Set.of("operator", "nurse")::contains);

        // then
        assertThat(tickets.redeem(ticket)).contains(new LoginTickets.Proved("chen", Set.of(Role.OPERATOR)));
        assertThat(tickets.redeem(ticket)).isEmpty();
        assertThat(tickets.redeem("made up")).isEmpty();
    }

    @Test
    void ticketIsWorthNothingAfterAMinute() {
        // given
        String first = tickets.issue("chen", role -> true);
        String second = tickets.issue("wang", role -> true);

        // when / then
        clock.now = clock.now.plus(Duration.ofMinutes(1));
        assertThat(tickets.redeem(first)).isPresent();
        clock.now = clock.now.plusMillis(1);
        assertThat(tickets.redeem(second)).isEmpty();
    }

    @Test
    void whoDoesNotComeBackTakesNoMemory() {
        // given
        String oldest = tickets.issue("chen", role -> true);
        Set<String> others = new HashSet<>();

        // when
        for (int i = 0; i < 1000; i++) {
            others.add(tickets.issue("chen", role -> false));
        }

        // then
        assertThat(tickets.redeem(oldest)).isEmpty();
        assertThat(others).hasSize(1000).allSatisfy(ticket -> {
            assertThat(ticket).hasSize(43);
            assertThat(tickets.redeem(ticket)).hasValueSatisfying(one -> assertThat(one.roles()).isEmpty());
        });
    }

    private static final class SetClock extends Clock {

        private Instant now = Instant.parse("2026-11-28T08:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new AssertionError("no zone is asked for");
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
