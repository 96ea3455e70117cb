package org.medtune.web.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import java.util.Optional;
import org.medtune.batch.JobExecutionSummary;
import org.medtune.ops.DevicePlace;
import org.medtune.ops.RunProgress;

/**
 * An execution, as the REST interface shows it.
 *
 * @param executionId of this execution
 * @param instanceId  of its run, the same after a restart
 * @param status      STARTING, STARTED, STOPPING, STOPPED, FAILED, COMPLETED or ABANDONED
 * @param exitStatus  the status, or the sentence of what went wrong
 * @param created     ISO 8601 in UTC
 * @param ended       missing while it runs
 * @param stoppable   whether a stop can be asked for
 * @param restartable whether the run can go on from here
 * @param parameters  what the operator gave
 * @param progress    missing before the first step
 * @param queue       where it stands while it waits for a device, missing otherwise
 * @param links       where there is more
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record JobView(long executionId, long instanceId, String status, String exitStatus, String created, String ended,
                      boolean stoppable, boolean restartable, Map<String, String> parameters, RunProgress progress,
                      DevicePlace queue, Links links) {

    /**
     * Addresses relative to the server.
     *
     * @param self    this execution
     * @param metrics the run's steps
     * @param report  what came of it
     */
    public record Links(String self, String metrics, String report) {
    }

    static JobView of(JobExecutionSummary execution, Optional<RunProgress> progress, Optional<DevicePlace> place,
                      String self) {
        return new JobView(execution.executionId(), execution.run().instanceId(),
                execution.status().name(), execution.exitStatus(),
                execution.created().toString(), execution.ended() == null ? null : execution.ended().toString(),
                execution.stoppable(), execution.restartable(), execution.parameters(), progress.orElse(null),
                place.orElse(null), new Links(self, self + "/metrics", self + "/report"));
    }
}
