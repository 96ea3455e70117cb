package org.medtune.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.medtune.MedtuneMessages.MESSAGES;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.medtune.ConflictException;
import org.medtune.InvalidInputException;
import org.medtune.MedtuneException;
import org.medtune.adapter.AdapterFolder;
import org.medtune.adapter.LoraAdapter;
import org.medtune.generation.GenerationListener.End;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.Tokenizer;
import org.medtune.tensor.ElementType;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.Golden;

class GenerationEngineIT {

    private static final GenerationLimits LIMITS =
            new GenerationLimits(32, 64, 64, 1L << 30, Duration.ofMinutes(5));

    private static CausalLanguageModel model;
    private static Tokenizer tokenizer;
    private static LoraAdapter trained;
    private static LoraAdapter untrained;

    @BeforeAll
    static void load() {
        model = EmbeddedModel.load(ElementType.FLOAT32);
        tokenizer = Tokenizer.open(Golden.MODEL);
        trained = AdapterFolder.open(Golden.FOLDER.resolve("lora-r16-final")).load(model);
        untrained = AdapterFolder.open(Golden.FOLDER.resolve("lora-r16-init")).load(model);
    }

    @AfterAll
    static void close() {
        trained.close();
        untrained.close();
        tokenizer.close();
        model.close();
    }

    @Test
    @DisplayName("32 requests at once, greedy and drawn, with three adapters, get what each gets alone")
    void batchedAnswersEqualSoloOnes() {
        // given: prompts of many lengths, beyond one piece of a prefill and one block of keys too
        List<GenerationRequest> requests = IntStream.range(0, 32).mapToObj(GenerationEngineIT::request).toList();
        List<String> alone = new ArrayList<>();
        try (GenerationEngine engine = engine(LIMITS)) {
            requests.forEach(request -> alone.add(Heard.of(engine, request).await().text()));
        }

        // when: they come a little apart, so that they join and leave at different times
        try (GenerationEngine engine = engine(LIMITS)) {
            List<Heard> heard = new ArrayList<>();
            for (GenerationRequest request : requests) {
                heard.add(Heard.of(engine, request));
                pause(heard.size() % 5);
            }

            // then
            assertThat(heard.stream().map(h -> h.await().text()).toList()).isEqualTo(alone);
            assertThat(heard).allMatch(h -> h.end == End.LENGTH || h.end == End.STOPPED);
        }
        assertThat(alone).doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("Transformers' greedy tokens come out, of the base model and of an adapter beside each other")
    void goldenAnswersBesideEachOther() {
        try (GenerationEngine engine = engine(LIMITS)) {
            // given
            List<Heard> base = Golden.cases("greedy").stream()
                    .map(g -> Heard.of(engine, greedy("", Golden.ids(g.get("prompt_ids")), 64)))
                    .toList();
            Heard adapted = Heard.of(engine, greedy("trained",
                    Golden.ids(Golden.json("train").get(0).get("greedy_after").get(0).get("prompt_ids")), 64));

            // then
            for (int i = 0; i < base.size(); i++) {
                assertThat(base.get(i).await().text())
                        .isEqualTo(decoded(Golden.ids(Golden.cases("greedy").get(i).get("new_ids"))));
            }
            assertThat(adapted.await().text()).startsWith(decoded(
                    Golden.ids(Golden.json("train").get(0).get("greedy_after").get(0).get("new_ids"))));
        }
    }

    @Test
    void aStopTextEndsAnAnswerAndIsNoPartOfIt() {
        try (GenerationEngine engine = engine(LIMITS)) {
            // given
            String whole = Heard.of(engine, of("u", 60)).await().text();
            String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 3);

            // when
            SamplingParameters sampling = new SamplingParameters(0, 1, 0, 1, 0, 60, List.of("no such text", stop));
            Heard stopped = Heard.of(engine, new GenerationRequest("u", "", prompt(3, 12), sampling, Set.of()));

            // then
            assertThat(stopped.await().text()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
            assertThat(stopped.end).isEqualTo(End.STOPPED);
            assertThat(stopped.tokens).isLessThan(60);
        }
    }

    @Test
    void aCancelledAnswerEndsBeforeItsNextTokenAndOthersGoOn() {
        try (GenerationEngine engine = engine(LIMITS)) {
            // given
            Heard one = Heard.of(engine, of("a", 1500));
            Heard other = Heard.of(engine, of("b", 200));
            await().until(() -> one.tokens > 3);

            // when
            one.generation.cancel();
            int tokens = one.tokens;

            // then
            assertThat(one.await().end).isEqualTo(End.CANCELLED);
            assertThat(one.tokens).isLessThanOrEqualTo(tokens + 1);
            assertThat(other.await().end).isEqualTo(End.LENGTH);
        }
    }

    @Test
    void whoWaitsKnowsHisPlaceAndCanLeaveTheQueue() {
        GenerationLimits limits = new GenerationLimits(1, 4, 3, 1L << 30, Duration.ofMinutes(5));
        try (GenerationEngine engine = engine(limits)) {
            // given
            Heard running = Heard.of(engine, of("a", 1500));
            await().until(() -> running.started);
            Heard first = Heard.of(engine, of("a", 5));
            Heard second = Heard.of(engine, of("a", 5));
            Heard ofAnother = Heard.of(engine, of("b", 5));

            // then: users take turns, and limits hold
            await().untilAsserted(() -> assertThat(List.of(first, ofAnother, second))
                    .extracting(h -> h.generation.queuePosition()).containsExactly(0, 1, 2));
            assertThatThrownBy(() -> Heard.of(engine, of("a", 5))).isInstanceOf(ConflictException.class)
                    .hasMessageStartingWith("MEDTUNE000429: ");
            assertThat(Heard.of(engine, of("c", 5)).generation).isNotNull();
            assertThatThrownBy(() -> Heard.of(engine, of("d", 5))).isInstanceOf(ConflictException.class)
                    .hasMessageStartingWith("MEDTUNE000428: ");

            // when
            first.generation.cancel();
            assertThat(first.await().end).isEqualTo(End.CANCELLED);
            running.generation.cancel();

            // then
            assertThat(second.await().end).isEqualTo(End.LENGTH);
            assertThat(ofAnother.await().end).isEqualTo(End.LENGTH);
        }
    }

    @Test
    @DisplayName("With memory for two caches, five requests are answered all the same, never more than two at once")
    void requestsWaitForMemory() {
        long two = 2L * 512 * 2 * 6 * 128 * Float.BYTES;
        try (GenerationEngine engine = engine(new GenerationLimits(32, 64, 64, two, Duration.ofMinutes(5)))) {
            List<Heard> heard = IntStream.range(0, 5).mapToObj(i -> Heard.of(engine, of("user" + i, 40))).toList();
            AtomicInteger most = new AtomicInteger();
            await().pollInterval(Duration.ofMillis(2)).until(() -> {
                most.accumulateAndGet((int) heard.stream().filter(h -> h.started && h.end == null).count(), Math::max);
                return heard.stream().allMatch(h -> h.end != null);
            });
            assertThat(heard).allMatch(h -> h.end == End.LENGTH);
            assertThat(most.get()).isBetween(1, 2);

            Heard tooLarge = Heard.of(engine, of("a", 1900));
            assertThat(tooLarge.await().failure).isInstanceOf(InvalidInputException.class)
                    .hasMessageStartingWith("MEDTUNE000430: ").hasMessageContaining("1024 tokens");
        }
    }

    @Test
    void whatCannotBeAnsweredIsRefusedOrFailsWithASentenceAndOthersGoOn() {
        try (GenerationEngine engine = engine(LIMITS)) {
            assertThatThrownBy(() -> Heard.of(engine, of("a", 2048))).hasMessageStartingWith("MEDTUNE000600: ");
            SamplingParameters cold = new SamplingParameters(-1, 1, 0, 1, 0, 10, List.of());
            assertThatThrownBy(() -> Heard.of(engine, new GenerationRequest("a", "", prompt(1, 9), cold, Set.of())))
                    .hasMessage("MEDTUNE000426: temperature is -1.0; it must be from 0 to 100.");

            Heard unknown = Heard.of(engine, greedy("no such adapter", prompt(1, 9), 5));
            Heard good = Heard.of(engine, of("a", 5));
            assertThat(unknown.await().failure).hasMessageStartingWith("MEDTUNE000427: ");
            assertThat(good.await().end).isEqualTo(End.LENGTH);
        }
    }

    @Test
    void closingEndsWhatIsOpenAndTheModelIsGivenBackWhenIdle() {
        // given
        AtomicLong open = new AtomicLong();
        GenerationLimits limits = new GenerationLimits(1, 9, 9, 1L << 30, Duration.ofMillis(50));
        GenerationEngine engine = new GenerationEngine(() -> new Session(open), tokenizer, 2048, limits);
        assertThat(Heard.of(engine, of("a", 3)).await().end).isEqualTo(End.LENGTH);
        await().until(() -> open.get() == 0);

        // when
        Heard running = Heard.of(engine, of("a", 1500));
        Heard waiting = Heard.of(engine, of("a", 5));
        await().until(() -> running.started);
        assertThat(open.get()).isEqualTo(1);
        engine.close();

        // then
        assertThat(running.await().failure).hasMessageStartingWith("MEDTUNE000434: ");
        assertThat(waiting.await().failure).hasMessageStartingWith("MEDTUNE000434: ");
        assertThat(open.get()).isZero();
        assertThatThrownBy(() -> Heard.of(engine, of("a", 3))).hasMessageStartingWith("MEDTUNE000434: ");
    }

    @Test
    @DisplayName("Two replicas share the requests, each opened for its own, and what a request gets is the same")
    void replicasShareTheQueue() {
        // given
        List<GenerationRequest> requests = IntStream.range(0, 12).mapToObj(GenerationEngineIT::request).toList();
        List<String> alone = new ArrayList<>();
        try (GenerationEngine engine = engine(LIMITS)) {
            requests.forEach(request -> alone.add(Heard.of(engine, request).await().text()));
        }
        AtomicInteger first = new AtomicInteger();
        AtomicInteger second = new AtomicInteger();
        GenerationLimits limits = new GenerationLimits(3, 64, 64, 1L << 30, Duration.ofMinutes(5));

        // when
        try (GenerationEngine engine =
                new GenerationEngine(List.of(counted(first), counted(second)), tokenizer, 2048, limits)) {
            List<Heard> heard = requests.stream().map(request -> Heard.of(engine, request)).toList();

            // then
            assertThat(heard.stream().map(h -> h.await().text()).toList()).isEqualTo(alone);
        }
        assertThat(List.of(first.get(), second.get())).containsOnly(1);
    }

    @Test
    @DisplayName("A replica that cannot be opened leaves its requests to the others; without others they fail")
    void aReplicaThatCannotBeOpened() {
        Supplier<ModelSession> broken = () -> {
            throw MESSAGES.outOfMemory("gpu1", "zeros", null);
        };
        try (GenerationEngine engine = new GenerationEngine(
                List.of(broken, () -> new Session(new AtomicLong())), tokenizer, 2048, LIMITS)) {
            List<Heard> heard = IntStream.range(0, 6).mapToObj(i -> Heard.of(engine, of("user" + i, 5))).toList();
            assertThat(heard).allMatch(h -> h.await().end == End.LENGTH);
        }
        try (GenerationEngine engine = new GenerationEngine(List.of(broken, broken), tokenizer, 2048, LIMITS)) {
            assertThat(Heard.of(engine, of("a", 5)).await().failure).hasMessageStartingWith("MEDTUNE000102: ");
        }
    }

    private static Supplier<ModelSession> counted(AtomicInteger openings) {
        return () -> {
            openings.incrementAndGet();
            return new Session(new AtomicLong());
        };
    }

    private static GenerationEngine engine(GenerationLimits limits) {
        return new GenerationEngine(() -> new Session(new AtomicLong()), tokenizer, 2048, limits);
    }

    private static GenerationRequest request(int number) {
        String adapter = List.of("", "trained", "untrained").get(number % 3);
        SamplingParameters sampling = number % 2 == 0 ? SamplingParameters.greedy(10 + number)
                : new SamplingParameters(0.9, 0.95, number % 4 == 1 ? 50 : 0, 1.1, number, 10 + number, List.of());
        return new GenerationRequest("user", adapter, prompt(number, 7 + 19 * number), sampling,
                Set.of(tokenizer.endOfSentenceId()));
    }

    private static GenerationRequest of(String user, int maxNewTokens) {
        return new GenerationRequest(user, "", prompt(3, 12), SamplingParameters.greedy(maxNewTokens), Set.of());
    }

    private static GenerationRequest greedy(String adapter, int[] prompt, int maxNewTokens) {
        return new GenerationRequest("user", adapter, prompt, SamplingParameters.greedy(maxNewTokens),
                Set.of(tokenizer.endOfSentenceId()));
    }

    private static int[] prompt(int seed, int length) {
        return new Random(seed).ints(length, 0, 8000).toArray();
    }

    private static String decoded(int[] ids) {
        return tokenizer.decodeSkippingSpecialTokens(
                Arrays.stream(ids).filter(id -> id != tokenizer.endOfSentenceId()).toArray());
    }

    private static void pause(int milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The loaded model with two adapters. */
    private record Session(AtomicLong open) implements ModelSession {

        Session {
            open.incrementAndGet();
        }

        @Override
        public CausalLanguageModel model() {
            return model;
        }

        @Override
        public ActiveAdapter adapter(String name) {
            Map<String, ActiveAdapter> adapters = Map.of("", model.noAdapter(), "trained", trained.active(),
                    "untrained", untrained.active());
            if (!adapters.containsKey(name)) {
                throw MESSAGES.noSuchChatModel(name);
            }
            return adapters.get(name);
        }

        @Override
        public void release(String name) {
            // the test's own adapters stay
        }

        @Override
        public void close() {
            open.decrementAndGet();
        }
    }

    /** What a listener was told. */
    private static final class Heard implements GenerationListener {

        private final StringBuffer text = new StringBuffer();
        private final CountDownLatch over = new CountDownLatch(1);
        private volatile Generation generation;
        private volatile boolean started;
        private volatile int tokens;
        private volatile End end;
        private volatile MedtuneException failure;

        static Heard of(GenerationEngine engine, GenerationRequest request) {
            Heard heard = new Heard();
            heard.generation = engine.submit(request, heard);
            return heard;
        }

        Heard await() {
            try {
                assertThat(over.await(2, TimeUnit.MINUTES)).as("the answer ends").isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return this;
        }

        String text() {
            return text.toString();
        }

        @Override
        public void started() {
            started = true;
        }

        @Override
        public void token(String piece, int count) {
            text.append(piece);
            tokens = count;
        }

        @Override
        public void ended(End how, MedtuneException why) {
            failure = why;
            end = how;
            over.countDown();
        }
    }
}
