package org.medtune.web.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.medtune.batch.JobExecutionSummary;
import org.medtune.evaluation.ReportPage;
import org.medtune.ops.DevicePlace;
import org.medtune.ops.EvaluationFolder;
import org.medtune.ops.RunProgress;

/**
 * An evaluation, as the REST interface shows it.
 *
 * @param executionId of this execution
 * @param instanceId  of the evaluation, the same after a restart
 * @param status      as of a run
 * @param exitStatus  the status, or the sentence of what went wrong
 * @param created     ISO 8601 in UTC
 * @param ended       missing while it runs
 * @param stoppable   whether a stop can be asked for
 * @param restartable whether it can go on from here
 * @param parameters  what the operator gave
 * @param progress    rows done and rows in all; missing unless it is working
 * @param queue       where it stands while it waits for a device, missing otherwise
 * @param links       the files of the report by their names, none before its end
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EvaluationView(long executionId, long instanceId, String status, String exitStatus, String created,
                             String ended, boolean stoppable, boolean restartable, Map<String, String> parameters,
                             RunProgress progress, DevicePlace queue, Map<String, String> links) {

    static EvaluationView of(JobExecutionSummary execution, Optional<RunProgress> progress, Optional<DevicePlace> place,
            EvaluationFolder folder, String self) {
        Map<String, String> links = new TreeMap<>(Map.of("self", self));
        folder.file(EvaluationFolder.REPORT).ifPresent(report -> {
            links.put("evaluation", self + "/" + EvaluationFolder.REPORT);
            ReportPage.LANGUAGES.forEach(
                    language -> links.put("evaluationPage." + language, self + "/" + ReportPage.fileName(language)));
        });
        return new EvaluationView(execution.executionId(), execution.run().instanceId(),
                execution.status().name(), execution.exitStatus(),
                execution.created().toString(), execution.ended() == null ? null : execution.ended().toString(),
                execution.stoppable(), execution.restartable(), execution.parameters(),
                execution.running() ? progress.orElse(null) : null, place.orElse(null), links);
    }
}
