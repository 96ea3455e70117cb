package org.medtune.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.medtune.MedtuneException;

@DisplayName("The queue of several replicas")
class GenerationQueueTest {

    private static final GenerationLimits LIMITS = new GenerationLimits(2, 9, 9, 1L << 30, Duration.ofMinutes(1));

    private final GenerationQueue queue = new GenerationQueue(LIMITS, 2);

    @Test
    @DisplayName("gives a request to the one with the fewest sequences, and no more than it may have")
    void fewestFirst() {
        // given
        for (int i = 0; i < 5; i++) {
            queue.add(request());
        }

        // then: by turns, until both are full
        start(0);
        assertThat(queue.claim(0)).isEmpty();
        start(1);
        start(1);
        assertThat(queue.claim(1)).isEmpty();
        start(0);
        assertThat(queue.claim(0)).isEmpty();
        queue.left(1);
        assertThat(queue.claim(1)).isPresent();
    }

    @Test
    @DisplayName("keeps the first request first when a replica has no memory for it, and lets the others try")
    void refusal() {
        // given
        Generation large = request();
        queue.add(large);
        queue.add(request());
        Generation claimed = queue.claim(0).orElseThrow();
        assertThat(claimed).isSameAs(large);
        assertThat(queue.claim(1)).as("while another tries").isEmpty();

        // when
        assertThat(queue.refuse(0)).isTrue();

        // then
        assertThat(queue.claim(0)).isEmpty();
        assertThat(queue.claim(1)).containsSame(large);
        assertThat(queue.refuse(1)).isTrue();
        assertThat(queue.claim(1)).isEmpty();
        assertThat(queue.position(large)).isZero();
        assertThat(queue.anotherMayTake(0)).isFalse();
    }

    @Test
    @DisplayName("asks a replica again when one of its sequences has ended")
    void afterAnEnd() {
        // given
        queue.add(request());
        start(0);
        Generation large = request();
        queue.add(large);
        queue.claim(1).orElseThrow();
        queue.refuse(1);
        queue.claim(0).orElseThrow();
        queue.refuse(0);

        // when
        queue.left(0);

        // then
        assertThat(queue.claim(0)).containsSame(large);
    }

    @Test
    @DisplayName("lets go of a request that is cancelled, whoever has it")
    void cancellation() {
        // given
        Generation waiting = request();
        queue.add(waiting);

        // then: before anybody tries it, and when it was refused
        assertThat(queue.remove(waiting)).isTrue();
        Generation refused = request();
        queue.add(refused);
        queue.claim(0).orElseThrow();
        assertThat(queue.refuse(0)).isTrue();
        assertThat(queue.remove(refused)).isTrue();
        assertThat(queue.await(0, Optional.of(Duration.ofMillis(1)))).isEqualTo(GenerationQueue.Found.NOTHING);

        // and while it is tried it is the replica's to end
        Generation tried = request();
        queue.add(tried);
        queue.claim(0).orElseThrow();
        assertThat(queue.remove(tried)).isFalse();
    }

    @Test
    @DisplayName("sends everybody away when it is closed, with what waits given to one of them")
    void closing() {
        // given
        Generation refused = request();
        Generation waiting = request();
        queue.add(refused);
        queue.add(waiting);
        queue.claim(0).orElseThrow();
        queue.refuse(0);

        // when
        queue.close();

        // then
        assertThat(queue.await(1, Optional.empty())).isEqualTo(GenerationQueue.Found.CLOSED);
        assertThat(queue.drain()).containsExactly(refused, waiting);
        assertThat(queue.drain()).isEmpty();
    }

    private void start(int worker) {
        queue.claim(worker).orElseThrow();
        queue.started(worker);
    }

    private static Generation request() {
        GenerationRequest request =
                new GenerationRequest("user", "", new int[] {1}, SamplingParameters.greedy(1), Set.of());
        return new Generation(null, request, new GenerationListener() {
            @Override
            public void started() {
                // nothing is answered here
            }

            @Override
            public void token(String piece, int count) {
                // nothing is answered here
            }

            @Override
            public void ended(End how, MedtuneException why) {
                // nothing is answered here
            }
        });
    }
}
