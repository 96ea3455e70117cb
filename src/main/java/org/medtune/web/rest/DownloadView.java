package org.medtune.web.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import java.util.Optional;
import org.medtune.batch.JobExecutionSummary;
import org.medtune.download.DownloadProgress;

/**
 * A download, as the REST interface shows it.
 *
 * @param executionId of its latest execution
 * @param instanceId  the same after a restart
 * @param status      as that of a run
 * @param exitStatus  the status, the folder that was made, or the sentence of what went wrong
 * @param created     ISO 8601 in UTC
 * @param ended       missing while it runs
 * @param stoppable   whether a stop can be asked for
 * @param restartable whether it can go on from where it is
 * @param parameters  what the operator gave
 * @param progress    missing unless it runs
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DownloadView(long executionId, long instanceId, String status, String exitStatus, String created,
                           String ended, boolean stoppable, boolean restartable, Map<String, String> parameters,
                           DownloadProgress progress) {

    static DownloadView of(JobExecutionSummary execution, Optional<DownloadProgress> progress) {
        return new DownloadView(execution.executionId(), execution.run().instanceId(),
                execution.status().name(), execution.exitStatus(),
                execution.created().toString(), execution.ended() == null ? null : execution.ended().toString(),
                execution.stoppable(), execution.restartable(), execution.parameters(), progress.orElse(null));
    }
}
