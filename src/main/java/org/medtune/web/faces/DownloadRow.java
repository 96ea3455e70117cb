package org.medtune.web.faces;

import java.util.Optional;
import org.medtune.batch.JobExecutionSummary;
import org.medtune.download.DownloadProgress;

/**
 * A line of the table of downloads.
 *
 * @param execution the download's latest execution
 * @param progress  null unless it runs
 */
public record DownloadRow(JobExecutionSummary execution, DownloadProgress progress) {

    static DownloadRow of(JobExecutionSummary execution, Optional<DownloadProgress> progress) {
        return new DownloadRow(execution, progress.orElse(null));
    }

    /** The key of the status' name in the texts. */
    public String status() {
        return execution.status().name();
    }

    /** What went wrong; null where the exit status says no more than the status. */
    public String sentence() {
        String exitStatus = execution.exitStatus();
        return exitStatus == null || exitStatus.equals(execution.status().name()) ? null : exitStatus;
    }

    /** Of the bytes that are there, rounded down. */
    public int percent() {
        return progress == null ? 0 : (int) Math.floor(100 * progress.share());
    }
}
