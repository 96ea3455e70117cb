package org.medtune.ops;

import java.time.Instant;
import java.util.List;

/**
 * A run of any job, as the job repository knows it.
 *
 * @param job          the id of its job
 * @param key          of the run
 * @param executionIds its executions, the newest first; at least one
 * @param status       batch status of the newest
 * @param lastChange   when the newest ended, or else when it was created
 */
public record RecordedRun(String job, RunKey key, List<Long> executionIds, String status, Instant lastChange) {

    public RecordedRun {
        executionIds = List.copyOf(executionIds);
    }

    long latestExecution() {
        return executionIds.get(0);
    }
}
