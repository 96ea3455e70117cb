package org.medtune.download;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Tells the threads of a download that they are to stop. Once given it cannot be taken back. */
public final class StopSignal {

    private final CountDownLatch given = new CountDownLatch(1);

    /** Thrown where a thread has noticed it. */
    static final class StoppedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        StoppedException() {
            super("the download was asked to stop", null, false, false);
        }
    }

    /** Gives it; may be called by any thread, any number of times. */
    public void give() {
        given.countDown();
    }

    boolean isGiven() {
        return given.getCount() == 0;
    }

    /**
     * Goes on if it was not given.
     *
     * @throws StoppedException if it was
     */
    void check() {
        if (isGiven()) {
            throw new StoppedException();
        }
    }

    /**
     * Waits, but no longer than until it is given.
     *
     * @throws StoppedException if it was
     */
    void pause(Duration time) {
        try {
            if (given.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new StoppedException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException();
        }
    }
}
