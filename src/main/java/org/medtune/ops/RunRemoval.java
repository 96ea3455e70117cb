package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.medtune.ConflictException;
import org.medtune.RecoverableException;

/**
 * Removes a run that is not at work: first its folder and that of its log are marked, then the job repository forgets
 * the run, and then the folders go. Whoever is killed in between leaves a whole run, or folders whose marks say that
 * the next purge removes them. Published adapters and exports lie elsewhere and stay.
 *
 * @param home    where the files are
 * @param records the job repository
 */
public record RunRemoval(MedtuneHome home, RunRecords records) {

    /** What belongs to a run and goes with it. */
    public PurgeReport.Run describe(RecordedRun run) {
        Optional<PurgedFolder> folder = folder(run);
        return new PurgeReport.Run(run.job(), run.key().instanceId(), run.executionIds(), run.status(),
                run.lastChange().toString(), folder.map(found -> found.path().toString()).orElse(null),
                folder.map(PurgedFolder::bytes).orElse(0L));
    }

    /**
     * Removes the run of an execution at an operator's word, or only tells what would go.
     *
     * @param executionId for messages
     * @return what has gone, or would go
     * @throws ConflictException    if the run is at work, or a published adapter has its files by links
     * @throws RecoverableException if the job repository or the file system refuses
     */
    public PurgeReport.Run delete(RecordedRun run, long executionId, boolean dryRun) {
        long instanceId = run.key().instanceId();
        if (!PurgeRequest.ENDED.contains(run.status())) {
            throw MESSAGES.deletionOfRunning(executionId);
        }
        try {
            Optional<Path> adapter = adapterByLink(run);
            if (adapter.isPresent()) {
                throw MESSAGES.filesArePublished(instanceId, adapter.get());
            }
            PurgeReport.Run removed = describe(run);
            if (dryRun) {
                return removed;
            }
            if (!remove(run)) {
                throw MESSAGES.deletionOfRestarted(instanceId);
            }
            MESSAGES.runDeleted(instanceId, run.job(), removed.bytes());
            return removed;
        } catch (IOException e) {
            throw MESSAGES.runNotDeleted(instanceId, e.toString(), e);
        }
    }

    /** False for a run that somebody has restarted meanwhile. */
    boolean remove(RecordedRun run) throws IOException {
        List<PurgedFolder> folders = folders(run);
        for (PurgedFolder folder : folders) {
            folder.mark();
        }
        if (!records.remove(run)) {
            for (PurgedFolder folder : folders) {
                folder.unmark();
            }
            return false;
        }
        for (PurgedFolder folder : folders) {
            folder.remove();
        }
        for (long executionId : run.executionIds()) {
            Files.deleteIfExists(home.purgeReport(executionId).path());
        }
        return true;
    }

    /** A published adapter that somebody has made of links into the run's folder instead of copies. */
    Optional<Path> adapterByLink(RecordedRun run) throws IOException {
        Optional<PurgedFolder> folder = folder(run);
        if (folder.isEmpty()) {
            return Optional.empty();
        }
        Path path = folder.get().path().toRealPath();
        for (Path adapter : new PublishedAdapters(home.adapters()).all()) {
            for (Path file : filesOf(adapter)) {
                if (file.toRealPath().startsWith(path)) {
                    return Optional.of(adapter);
                }
            }
        }
        return Optional.empty();
    }

    /** All folders that go with a run: its own, and that of its log. */
    List<PurgedFolder> folders(RecordedRun run) {
        Optional<Path> log = Optional.of(RunLog.of(home, run.job(), run.key()).folder()).filter(Files::isDirectory);
        return Stream.concat(folder(run).stream(), log.map(PurgedFolder::new).stream()).toList();
    }

    private Optional<PurgedFolder> folder(RecordedRun run) {
        Optional<Path> path = switch (run.job()) {
            case RunKey.JOB -> RunFolder.find(home, run.key()).map(RunFolder::path);
            case EvaluationRequest.JOB ->
                Optional.of(home.evaluation(run.key()).path()).filter(Files::isDirectory);
            default -> Optional.empty();
        };
        return path.map(PurgedFolder::new);
    }

    private static List<Path> filesOf(Path adapter) {
        return PublishedAdapters.FILES.stream().map(adapter::resolve).filter(Files::exists).toList();
    }
}
