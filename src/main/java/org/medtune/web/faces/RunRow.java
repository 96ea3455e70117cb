package org.medtune.web.faces;

import java.time.Duration;
import java.util.Date;
import java.util.Optional;
import org.medtune.batch.JobExecutionSummary;
import org.medtune.ops.RunProgress;
import org.medtune.ops.StepMetrics;

/**
 * A line of the table of runs.
 *
 * @param execution the run's latest execution
 * @param progress  null before the first step
 */
public record RunRow(JobExecutionSummary execution, RunProgress progress) {

    static RunRow of(JobExecutionSummary execution, Optional<RunProgress> progress) {
        return new RunRow(execution, progress.orElse(null));
    }

    /** The key of the status' name in the texts. */
    public String status() {
        return execution.interrupted() ? "INTERRUPTED" : execution.status().name();
    }

    /** What went wrong; null where the exit status says no more than the status. */
    public String sentence() {
        String exitStatus = execution.exitStatus();
        return exitStatus == null || exitStatus.equals(execution.status().name()) ? null : exitStatus;
    }

    public Date started() {
        return Date.from(execution.created());
    }

    /** The key of the phase's name in the texts; null where the run is not working. */
    public String phase() {
        return execution.running() && progress != null ? progress.phase().name() : null;
    }

    public int percent() {
        return progress == null ? 0 : (int) Math.round(100 * progress.share());
    }

    /** The latest step's metrics, or null. */
    public StepMetrics step() {
        return progress == null ? null : progress.step();
    }

    /** Such as 1:05:09 or 0:42; null where nothing is being trained. */
    public String timeLeft() {
        if (!execution.running() || step() == null || progress.phase() != RunProgress.Phase.TRAIN) {
            return null;
        }
        Duration left = Duration.ofSeconds(step().secondsLeft());
        return left.toHours() == 0 ? String.format("%d:%02d", left.toMinutes(), left.toSecondsPart())
                : String.format("%d:%02d:%02d", left.toHours(), left.toMinutesPart(), left.toSecondsPart());
    }
}
