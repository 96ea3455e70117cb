package org.medtune.download;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Closes what nothing comes from any more, and everything as soon as a stop is asked for: a thread that waits for a
 * server's bytes hears neither a clock nor a signal. {@link #look()} is called again and again by one thread.
 */
final class Watchdog {

    private final StopSignal stop;
    private final Duration silence;
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();

    Watchdog(StopSignal stop, Duration silence) {
        this.stop = stop;
        this.silence = silence;
    }

    StopSignal stop() {
        return stop;
    }

    /** Watches a stream until the watch is closed. */
    Watch watch(InputStream stream) {
        Watch watch = new Watch(stream);
        watches.add(watch);
        return watch;
    }

    /** Looks after all streams. */
    void look() {
        long now = System.nanoTime();
        for (Watch watch : watches) {
            if (stop.isGiven() || now - watch.lastSign > silence.toNanos()) {
                watch.end();
            }
        }
    }

    /** A stream that is watched; closing ends the watching only. */
    final class Watch implements AutoCloseable {

        private final InputStream stream;
        private volatile long lastSign = System.nanoTime();

        private Watch(InputStream stream) {
            this.stream = stream;
        }

        /** Something came. */
        void alive() {
            lastSign = System.nanoTime();
        }

        private void end() {
            try {
                stream.close();
            } catch (IOException e) {
                MESSAGES.connectionNotClosed(e);
            }
        }

        @Override
        public void close() {
            watches.remove(this);
        }
    }
}
