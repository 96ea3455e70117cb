package org.medtune.web.rest;

import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.medtune.batch.JobControl;
import org.medtune.batch.JobExecutionSummary;
import org.medtune.ops.RunProgress;
import org.medtune.ops.Runs;

/**
 * Executions as those see them who look often: the job repository is asked for one at most once in two seconds, however
 * many look. Safe for use by several threads.
 */
final class ExecutionWatch {

    private static final long FRESH_NANOS = Duration.ofSeconds(2).toNanos();

    private final JobControl jobs;
    private final Runs runs;
    private final Map<Long, Reading> readings = new ConcurrentHashMap<>();

    /**
     * What was read.
     *
     * @param progress as the run's folder told, null where that has none
     */
    private record Reading(long nanos, JobExecutionSummary execution, RunProgress progress) {

        boolean fresh(long now) {
            return now - nanos < FRESH_NANOS;
        }
    }

    /** An execution, and the progress of its run, which is null before the first step. */
    record Seen(JobExecutionSummary execution, RunProgress progress) {
    }

    ExecutionWatch(JobControl jobs, Runs runs) {
        this.jobs = jobs;
        this.runs = runs;
    }

    /**
     * Looks at an execution. What this server is executing shows its progress as it is now; that of others is as old
     * as the execution.
     *
     * @throws org.medtune.NotFoundException if there is none of that id
     */
    Seen look(long executionId) {
        long now = System.nanoTime();
        readings.values().removeIf(reading -> !reading.fresh(now));
        Reading reading = readings.computeIfAbsent(executionId, this::read);
        return new Seen(reading.execution(), runs.board().find(reading.execution().run().instanceId())
                .filter(live -> reading.execution().running()).orElse(reading.progress()));
    }

    private Reading read(long executionId) {
        // the execution first: when it has ended, all of its steps are there to be read
        JobExecutionSummary execution = jobs.find(executionId);
        return new Reading(System.nanoTime(), execution, runs.progress(execution.run()).orElse(null));
    }

    /** Gives the container its one instance. */
    @Dependent
    public static final class Producer {

        @Produces
        @Singleton
        static ExecutionWatch watch(JobControl jobs, Runs runs) {
            return new ExecutionWatch(jobs, runs);
        }
    }
}
