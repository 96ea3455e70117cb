package org.medtune.web.faces;

import java.time.Duration;
import java.util.Date;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.medtune.batch.JobExecutionSummary;
import org.medtune.ops.DevicePlace;
import org.medtune.ops.RunProgress;
import org.medtune.ops.StepMetrics;

/**
 * A line of the table of runs.
 *
 * @param execution the run's latest execution
 * @param progress  null before the first step
 * @param place     where it stands while it waits for a device, null otherwise
 */
public record RunRow(JobExecutionSummary execution, RunProgress progress, DevicePlace place) {

    static RunRow of(JobExecutionSummary execution, Optional<RunProgress> progress, Optional<DevicePlace> place) {
        return new RunRow(execution, progress.orElse(null), place.orElse(null));
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

    public Date started() {
        return Date.from(execution.created());
    }

    /** The key of the phase's name in the texts; null where the run is not working. */
    public String phase() {
        return execution.running() && progress != null ? progress.phase().name() : null;
    }

    /** The names of the devices that it waits for, separated by commas. */
    public String awaitedDevices() {
        return String.join(", ", place.devices());
    }

    /** The executions that it waits for, separated by commas. */
    public String executionsBefore() {
        return place.behind().stream().map(String::valueOf).collect(Collectors.joining(", "));
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
        return left.toHours() == 0 ? String.format(Locale.ROOT, "%d:%02d", left.toMinutes(), left.toSecondsPart())
                : String.format(Locale.ROOT, "%d:%02d:%02d", left.toHours(), left.toMinutesPart(),
                        left.toSecondsPart());
    }
}
