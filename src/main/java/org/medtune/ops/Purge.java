package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.medtune.MedtuneException;
import org.medtune.RecoverableException;

/**
 * Removes runs from the job repository, with their folders and logs, as {@link RunRemoval} does it. A purge that is
 * killed is finished by the next one. One run that cannot be removed does not keep the others from it.
 */
public final class Purge {

    private final MedtuneHome home;
    private final RunRecords records;
    private final RunRemoval removal;
    private final PurgeRequest request;
    private final Instant now;

    private final List<PurgeReport.Run> runs = new ArrayList<>();
    private final List<PurgeReport.Orphan> orphans = new ArrayList<>();
    private final List<String> failed = new ArrayList<>();
    private int restarted;
    private int left;

    /**
     * A purge that has not begun.
     *
     * @param now what ages are counted back from
     */
    public Purge(MedtuneHome home, RunRecords records, PurgeRequest request, Instant now) {
        this.home = home;
        this.records = records;
        this.removal = new RunRemoval(home, records);
        this.request = request;
        this.now = now;
    }

    /**
     * Purges, once.
     *
     * @param stopped asked between two runs whether to leave the rest
     * @throws RecoverableException if the job repository or the folder of runs cannot be read
     */
    public PurgeReport run(BooleanSupplier stopped) {
        // the folders first: a run that begins meanwhile is in the repository before it has a folder
        List<PurgedFolder> folders = folders();
        List<RecordedRun> all = records.all();
        PurgeSelection selection = PurgeSelection.of(request, all, now);
        Set<Path> known = new HashSet<>();
        all.forEach(run -> removal.folders(run).forEach(folder -> known.add(folder.path())));
        if (!request.dryRun()) {
            finishEarlier(selection);
        }
        for (RecordedRun run : selection.removed()) {
            if (stopped.getAsBoolean()) {
                left++;
            } else {
                purge(run);
            }
        }
        folders.stream().filter(folder -> !known.contains(folder.path()) && !stopped.getAsBoolean())
                .forEach(this::purgeOrphan);
        return report(selection);
    }

    private void purge(RecordedRun run) {
        try {
            Optional<Path> adapter = removal.adapterByLink(run);
            if (adapter.isPresent()) {
                fail(MESSAGES.filesArePublished(run.key().instanceId(), adapter.get()), null);
                return;
            }
            PurgeReport.Run described = removal.describe(run);
            if (request.dryRun()) {
                MESSAGES.runWouldBePurged(run.key().instanceId(), run.job(), run.status(), described.bytes() >> 20);
            } else if (removal.remove(run)) {
                MESSAGES.runPurged(run.key().instanceId(), run.job(), run.status(), described.bytes() >> 20);
            } else {
                restarted++;
                return;
            }
            runs.add(described);
        } catch (IOException e) {
            fail(MESSAGES.runNotPurged(run.key().instanceId(), e.toString()), e);
        } catch (RecoverableException e) {
            fail(MESSAGES.runNotPurged(run.key().instanceId(), e.getMessage()), e);
        }
    }

    private void purgeOrphan(PurgedFolder folder) {
        try {
            Instant lastChange = folder.lastChange();
            boolean old = !lastChange.isAfter(now.minus(Duration.ofDays(request.olderThanDays())));
            // a marked one is what a killed purge has left
            boolean goes = folder.marked() || request.removeOrphans() && old;
            long bytes = folder.bytes();
            if (goes && !request.dryRun()) {
                folder.remove();
            }
            MESSAGES.orphanFound(folder.path(), bytes >> 20,
                    goes ? request.dryRun() ? "would be removed" : "is removed" : "is kept");
            orphans.add(new PurgeReport.Orphan(folder.path().toString(), bytes, lastChange.toString(), goes));
        } catch (IOException e) {
            fail(MESSAGES.folderNotPurged(folder.path(), e.toString()), e);
        }
    }

    private void finishEarlier(PurgeSelection selection) {
        try {
            for (Path parent : parents()) {
                for (PurgedFolder remains : PurgedFolder.remains(parent)) {
                    remains.remove();
                }
            }
            for (List<RecordedRun> kept : selection.kept().values()) {
                for (RecordedRun run : kept) {
                    for (PurgedFolder folder : removal.folders(run)) {
                        folder.unmark();
                    }
                }
            }
        } catch (IOException e) {
            fail(MESSAGES.folderNotPurged(home.runs(), e.toString()), e);
        }
    }

    private void fail(MedtuneException sentence, Exception cause) {
        failed.add(sentence.getMessage());
        MESSAGES.purgeFailedInPart(sentence.getMessage(), cause);
    }

    private PurgeReport report(PurgeSelection selection) {
        Map<String, Integer> kept = new TreeMap<>();
        selection.kept().forEach((reason, runsOfReason) -> kept.put(reason.name(), runsOfReason.size()));
        if (restarted > 0) {
            kept.put("RESTARTED", restarted);
        }
        if (left > 0) {
            kept.put("PURGE_STOPPED", left);
        }
        long bytes = runs.stream().mapToLong(PurgeReport.Run::bytes).sum()
                + orphans.stream().filter(PurgeReport.Orphan::removed).mapToLong(PurgeReport.Orphan::bytes).sum();
        return new PurgeReport(request.dryRun(), List.copyOf(runs), List.copyOf(orphans), kept, bytes,
                List.copyOf(failed));
    }

    /** Where folders of runs are, and those of their logs. */
    private List<Path> parents() {
        return List.of(home.runs(), home.evaluations(), home.runLogs());
    }

    private List<PurgedFolder> folders() {
        List<PurgedFolder> folders = new ArrayList<>();
        for (Path parent : parents()) {
            try {
                folders.addAll(PurgedFolder.list(parent));
            } catch (IOException e) {
                throw MESSAGES.runFolderUnusable(parent, e.toString(), e);
            }
        }
        return folders;
    }
}
