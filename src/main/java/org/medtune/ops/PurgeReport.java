package org.medtune.ops;

import java.util.List;
import java.util.Map;

/**
 * What a purge has removed, or would remove.
 *
 * @param dryRun  whether nothing was removed
 * @param runs    removed, the oldest first
 * @param orphans folders of runs and of logs that belong to no run
 * @param kept    how many runs were kept, by the reason
 * @param bytes   of all files removed
 * @param failed  a sentence for each run or folder that could not be removed
 */
public record PurgeReport(boolean dryRun, List<Run> runs, List<Orphan> orphans, Map<String, Integer> kept, long bytes,
                          List<String> failed) {

    /**
     * A run.
     *
     * @param job          its job
     * @param instanceId   its job instance
     * @param executionIds its executions, the newest first
     * @param status       of the newest
     * @param lastChange   when the newest ended, ISO 8601 in UTC
     * @param folder       its folder; null where it has none
     * @param bytes        of the folder's files
     */
    public record Run(String job, long instanceId, List<Long> executionIds, String status, String lastChange,
                      String folder, long bytes) {
    }

    /**
     * A folder.
     *
     * @param folder     its path
     * @param bytes      of its files
     * @param lastChange when a file or folder in it was last changed, ISO 8601 in UTC
     * @param removed    whether it was removed, or would be
     */
    public record Orphan(String folder, long bytes, String lastChange, boolean removed) {
    }

    /** How many orphans are removed, or would be. */
    public long removedOrphans() {
        return orphans.stream().filter(Orphan::removed).count();
    }
}
