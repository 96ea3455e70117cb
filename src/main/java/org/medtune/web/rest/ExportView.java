package org.medtune.web.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.medtune.batch.JobExecutionSummary;

/**
 * An export of a merged adapter, as the REST interface shows it.
 *
 * @param executionId of this execution
 * @param instanceId  of the export, the same after a restart
 * @param status      as of a run
 * @param exitStatus  the status, or the sentence of what went wrong
 * @param created     ISO 8601 in UTC
 * @param ended       missing while it is at work
 * @param stoppable   whether a stop can be asked for
 * @param restartable whether it can be made anew
 * @param parameters  what the operator gave
 * @param folder      where the files are; missing before they are there whole
 * @param self        its address
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ExportView(long executionId, long instanceId, String status, String exitStatus, String created,
                         String ended, boolean stoppable, boolean restartable, Map<String, String> parameters,
                         String folder, String self) {

    static ExportView of(JobExecutionSummary execution, Optional<Path> folder, String self) {
        return new ExportView(execution.executionId(), execution.run().instanceId(),
                execution.status().name(), execution.exitStatus(),
                execution.created().toString(), execution.ended() == null ? null : execution.ended().toString(),
                execution.stoppable(), execution.restartable(), execution.parameters(),
                folder.map(Path::toString).orElse(null), self);
    }
}
