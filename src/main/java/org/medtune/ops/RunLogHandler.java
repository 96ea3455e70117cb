package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.formatters.PatternFormatter;

/**
 * Writes what a run's threads log into the run's own log too, whatever the category. A run's threads are the one that
 * works on it and those that this one makes, such as a training thread for each further device. What cannot be written
 * there is in the server's log all the same, and does not keep the run from going on.
 */
public final class RunLogHandler extends Handler {

    /** As in the server's log. */
    private static final String PATTERN = "%d{yyyy-MM-dd HH:mm:ss,SSS} %-5p [%c] (%t) %s%e%n";

    private final Logger root = Logger.getLogger("");
    private final InheritableThreadLocal<Recording> current = new InheritableThreadLocal<>();

    /** A run's log as long as an execution writes it: threads that outlive the execution write nothing any more. */
    private static final class Recording {

        private final RunLog log;
        private volatile boolean open = true;

        private Recording(RunLog log) {
            this.log = log;
        }
    }

    /** Listens from now on to everything that is logged, until it is closed. */
    public RunLogHandler() {
        setFormatter(new PatternFormatter(PATTERN));
        root.addHandler(this);
    }

    /** Has this thread, and those that it makes from now on, write into a log. */
    public void begin(RunLog log) {
        end();
        current.set(new Recording(log));
    }

    /** Ends that. */
    public void end() {
        Recording recording = current.get();
        if (recording != null) {
            recording.open = false;
            current.remove();
        }
    }

    @Override
    public void publish(LogRecord record) {
        Recording recording = current.get();
        if (recording == null || !recording.open || !isLoggable(record)) {
            return;
        }
        try {
            recording.log.append(getFormatter().format(record));
        } catch (IOException e) {
            // first, since what follows comes here again
            recording.open = false;
            MESSAGES.runLogNotWritten(e.toString());
        }
    }

    @Override
    public void flush() {
        // each record is written at once
    }

    @Override
    public void close() {
        root.removeHandler(this);
    }
}
