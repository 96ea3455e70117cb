package org.medtune.ops;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Which runs a purge removes, and why it keeps the others.
 *
 * @param removed the oldest first
 * @param kept    the newest first, by the first reason that holds
 */
record PurgeSelection(List<RecordedRun> removed, Map<Reason, List<RecordedRun>> kept) {

    /** Why a run is kept. */
    enum Reason {
        /** It has not ended. */
        AT_WORK,
        /** Its job was not asked for. */
        OTHER_JOB,
        /** Its status was not asked for. */
        OTHER_STATUS,
        /** It is one of the newest of its job. */
        AMONG_NEWEST,
        /** It has ended not long enough ago. */
        TOO_YOUNG
    }

    static PurgeSelection of(PurgeRequest request, Collection<RecordedRun> runs, Instant now) {
        List<RecordedRun> removed = new ArrayList<>();
        Map<Reason, List<RecordedRun>> kept = new EnumMap<>(Reason.class);
        Instant latest = now.minus(Duration.ofDays(request.olderThanDays()));
        Map<String, List<RecordedRun>> byJob = runs.stream()
                .sorted(Comparator.comparingLong((RecordedRun run) -> run.key().instanceId()).reversed())
                .collect(Collectors.groupingBy(RecordedRun::job));
        byJob.values().forEach(newestFirst -> {
            for (int i = 0; i < newestFirst.size(); i++) {
                RecordedRun run = newestFirst.get(i);
                Reason reason = reasonToKeep(request, run, i, latest);
                (reason == null ? removed : kept.computeIfAbsent(reason, any -> new ArrayList<>())).add(run);
            }
        });
        removed.sort(Comparator.comparingLong(run -> run.key().instanceId()));
        return new PurgeSelection(List.copyOf(removed), kept);
    }

    /** Null for a run that goes. */
    private static Reason reasonToKeep(PurgeRequest request, RecordedRun run, int newer, Instant latest) {
        if (!PurgeRequest.ENDED.contains(run.status())) {
            return Reason.AT_WORK;
        }
        if (!request.jobs().contains(run.job())) {
            return Reason.OTHER_JOB;
        }
        if (!request.statuses().contains(run.status())) {
            return Reason.OTHER_STATUS;
        }
        if (newer < request.keepNewest()) {
            return Reason.AMONG_NEWEST;
        }
        return run.lastChange().isAfter(latest) ? Reason.TOO_YOUNG : null;
    }
}
