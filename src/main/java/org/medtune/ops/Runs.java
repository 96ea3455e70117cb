package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.medtune.dataset.DatasetFigures;

/**
 * What there is to know about runs, live or from their folders.
 *
 * @param home    where their folders are
 * @param board   where live ones show their progress
 * @param queue   where those are that have a device, or wait for one
 * @param figures what is known of their datasets
 */
public record Runs(MedtuneHome home, RunProgressBoard board, DeviceQueue queue, DatasetFiguresCache figures) {

    /** Runs of whose datasets nothing is known yet. */
    public Runs(MedtuneHome home, RunProgressBoard board, DeviceQueue queue) {
        this(home, board, queue, new DatasetFiguresCache());
    }

    /** Live, or else as the last line of its metrics tells; nothing before the first step. */
    public Optional<RunProgress> progress(RunKey key) {
        return board.find(key.instanceId())
                .or(() -> folder(key).flatMap(folder -> folder.metrics().last()).map(RunProgress::of));
    }

    /** Where an execution stands that waits for its devices; nothing if it does not. */
    public Optional<DevicePlace> place(long executionId) {
        return queue.find(executionId);
    }

    /** What was logged of a run of any job. */
    public RunLog log(String job, RunKey key) {
        return RunLog.of(home, job, key);
    }

    /** Every step so far. */
    public List<StepMetrics> metrics(RunKey key) {
        return folder(key).map(folder -> folder.metrics().readAll()).orElse(List.of());
    }

    /** What the formatted dataset is like; nothing before the run has formatted it. */
    public Optional<DatasetFigures> dataset(RunKey key) {
        return folder(key).flatMap(figures::find);
    }

    /** The checkpoints, the oldest first. */
    public List<RunCheckpoint> checkpoints(RunKey key) {
        return folder(key).map(folder -> RunCheckpoint.list(folder.checkpoints())).orElse(List.of());
    }

    /** The report, or nothing before the run's end. */
    public Optional<JsonNode> report(RunKey key) {
        return folder(key).flatMap(folder -> {
            try {
                return folder.report().read();
            } catch (IOException e) {
                throw MESSAGES.runFolderUnusable(folder.path(), e.toString(), e);
            }
        });
    }

    /** Where its evaluation is; nothing before the run's folder is there. */
    public Optional<EvaluationFolder> evaluation(RunKey key) {
        return folder(key).map(RunFolder::evaluation);
    }

    private Optional<RunFolder> folder(RunKey key) {
        return RunFolder.find(home, key);
    }
}
