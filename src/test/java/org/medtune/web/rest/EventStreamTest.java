package org.medtune.web.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventStreamTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ScheduledThreadPoolExecutor oneThread = new ScheduledThreadPoolExecutor(1);

    @AfterEach
    void tearDown() {
        oneThread.shutdownNow();
    }

    @Test
    void sendsWhatIsNewAndEndsBehindTheLast() {
        // given
        Reader reader = new Reader(true);
        News news = new News(3);

        // when
        begin(reader, news);

        // then
        await().atMost(PATIENCE).until(() -> reader.completed.get() == 1);
        assertThat(reader.text()).isEqualTo("data: 1\n\ndata: 2\n\ndata: 3\n\n");
        assertThat(reader.flushes).hasValue(3);
        await("no more rounds").atMost(PATIENCE).until(() -> oneThread.getQueue().isEmpty());
    }

    @Test
    void sendsASignOfLifeWhileNothingIsNew() {
        Reader reader = new Reader(true);

        begin(reader, new News(0));

        await().atMost(PATIENCE).until(() -> reader.text().startsWith(":\n\n:\n\n"));
        assertThat(reader.completed).hasValue(0);
    }

    @Test
    void servesOthersWhileManyReadersTakeNothing() throws IOException {
        // given: one thread, and many readers that take nothing
        List<News> unasked = new ArrayList<>();
        List<Reader> asleep = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            unasked.add(new News(2));
            asleep.add(new Reader(false));
            begin(asleep.get(i), unasked.get(i));
        }

        // when
        Reader awake = new Reader(true);
        begin(awake, new News(5));

        // then
        await().atMost(PATIENCE).until(() -> awake.completed.get() == 1);
        assertThat(unasked).allMatch(news -> news.asked.get() == 0);

        // and when one wakes up
        asleep.get(7).wakeUp();
        await().atMost(PATIENCE).until(() -> asleep.get(7).completed.get() == 1);
        assertThat(asleep.get(7).text()).isEqualTo("data: 1\n\ndata: 2\n\n");
    }

    @Test
    void asksNoMoreOnceTheReaderIsGone() {
        // given
        Reader reader = new Reader(true);
        News news = new News(0);
        begin(reader, news);
        await().atMost(PATIENCE).until(() -> news.asked.get() > 2);

        // when
        reader.gone = true;

        // then
        await().atMost(PATIENCE).until(() -> reader.completed.get() == 1);
        int asked = news.asked.get();
        await().pollDelay(Duration.ofMillis(100)).until(() -> true);
        assertThat(news.asked).hasValue(asked);
        assertThat(news.failures).isEmpty();
    }

    @Test
    void endsAndTellsWhereTheSourceFails() {
        // given
        Reader reader = new Reader(true);
        News news = new News(-1);

        // when
        begin(reader, news);

        // then
        await().atMost(PATIENCE).until(() -> reader.completed.get() == 1);
        assertThat(news.failures).singleElement().isInstanceOf(IllegalStateException.class);
    }

    private void begin(Reader reader, News news) {
        new EventStream(reader, news, reader.completed::incrementAndGet).begin(oneThread);
    }

    /** So many events; fails at once if it has less than none, and never ends if it has none. */
    private static final class News implements EventStream.Source {

        private final int count;
        private final AtomicInteger asked = new AtomicInteger();
        private final ConcurrentLinkedQueue<RuntimeException> failures = new ConcurrentLinkedQueue<>();

        News(int count) {
            this.count = count;
        }

        @Override
        public Duration period() {
            return Duration.ofMillis(5);
        }

        @Override
        public int quietRounds() {
            return 3;
        }

        @Override
        public String news() {
            int number = asked.incrementAndGet();
            if (count < 0) {
                throw new IllegalStateException("no news");
            }
            return count == 0 ? "" : "data: " + number + "\n\n";
        }

        @Override
        public boolean ended() {
            return count > 0 && asked.get() >= count;
        }

        @Override
        public void failed(RuntimeException thrown) {
            failures.add(thrown);
        }
    }

    /** The container's side of a connection. */
    private static final class Reader extends ServletOutputStream {

        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final AtomicInteger completed = new AtomicInteger();
        private final AtomicInteger flushes = new AtomicInteger();
        private volatile boolean awake;
        private volatile boolean gone;
        private WriteListener listener;

        Reader(boolean awake) {
            this.awake = awake;
        }

        void wakeUp() throws IOException {
            awake = true;
            listener.onWritePossible();
        }

        String text() {
            return taken.toString(StandardCharsets.UTF_8);
        }

        @Override
        public boolean isReady() {
            return awake;
        }

        @Override
        public void setWriteListener(WriteListener writeListener) {
            listener = writeListener;
        }

        @Override
        public void write(int value) throws IOException {
            if (gone) {
                throw new IOException("connection reset");
            }
            taken.write(value);
        }

        @Override
        public void flush() {
            flushes.incrementAndGet();
        }
    }
}
