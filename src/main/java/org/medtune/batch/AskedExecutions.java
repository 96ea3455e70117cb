package org.medtune.batch;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.medtune.RecoverableException;
import org.medtune.access.AuditTrail;

/**
 * Starts, restarts and stops that somebody has asked the application for, in the audit log; and those that it was not
 * asked for, which have come from the server's console, its command line, or a server that was resumed. One for each
 * server, used by all threads.
 */
public final class AskedExecutions {

    private final AuditTrail audit;
    /** Executions that the application has started and that have not begun yet. */
    private final Set<Long> started = new HashSet<>();
    /** Executions that were asked to stop and have not ended yet. */
    private final Set<Long> stopped = new HashSet<>();

    public AskedExecutions(AuditTrail audit) {
        this.audit = audit;
    }

    /**
     * Starts something and records that.
     *
     * @param job        the job's name
     * @param parameters of the job
     * @param start      gives the execution's id; the execution does not begin before it has come back
     * @param stop       asks the execution to stop; called where its start cannot be recorded
     * @throws RecoverableException if the start cannot be recorded
     */
    synchronized long start(String job, Map<String, String> parameters, LongSupplier start, LongConsumer stop) {
        long executionId = start.getAsLong();
        started.add(executionId);
        recordOrStop("start", executionId, details(job, parameters), executionId, stop);
        return executionId;
    }

    /** The same for an execution that goes on as a new one. */
    synchronized long restart(long executionId, String job, Map<String, String> changed, LongSupplier restart,
                              LongConsumer stop) {
        long newExecutionId = restart.getAsLong();
        started.add(newExecutionId);
        Map<String, String> details = new HashMap<>(details(job, changed));
        details.put("execution", Long.toString(newExecutionId));
        recordOrStop("restart", executionId, details, newExecutionId, stop);
        return newExecutionId;
    }

    /** Whoever is told that an execution was not started shall not find it at work. */
    private void recordOrStop(String action, long target, Map<String, String> details, long begun, LongConsumer stop) {
        try {
            audit.record(action, target(target), AuditTrail.DONE, details);
        } catch (RecoverableException e) {
            stopped.add(begun);
            stop.accept(begun);
            throw e;
        }
    }

    /** Asks for a stop and records that. */
    synchronized void stop(long executionId, Runnable stop) {
        stop.run();
        stopped.add(executionId);
        audit.done("stop", target(executionId));
    }

    /**
     * An execution begins; recorded here if nobody has asked the application for it.
     *
     * @param again whether it goes on where another one has ended
     */
    synchronized void begins(long executionId, String job, Map<String, String> parameters, boolean again) {
        if (!started.remove(executionId)) {
            audit.recordOfConsole(again ? "restart" : "start", target(executionId), details(job, parameters));
        }
    }

    /**
     * An execution ends.
     *
     * @param status  what it ends as
     * @param reason  the exit status that the job has set itself; empty if it has not
     * @param stopped whether the batch runtime was told to stop it
     */
    synchronized void ends(long executionId, String job, String status, String reason, boolean stopped) {
        boolean asked = this.stopped.remove(executionId);
        if (stopped && !asked && reason.isEmpty()) {
            audit.recordOfConsole("stop", target(executionId), Map.of("job", job));
        }
        audit.record("end", target(executionId), status,
                reason.isEmpty() ? Map.of("job", job) : Map.of("job", job, "reason", reason));
    }

    private static Map<String, String> details(String job, Map<String, String> parameters) {
        Map<String, String> details = new TreeMap<>(parameters);
        details.put("job", job);
        return details;
    }

    private static String target(long executionId) {
        return "execution " + executionId;
    }
}
