package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.medtune.batch.JobExecutionSummary;
import org.medtune.ops.RunProgress;
import org.medtune.ops.Runs;
import org.medtune.ops.StepMetrics;

/**
 * News of an execution: {@code state} (a {@link JobView}) whenever it has changed, {@code step} (a {@link StepMetrics},
 * its number being the event's id) once for each step, and {@code end} when the execution has ended.
 */
final class RunEventSource implements EventStream.Source {

    private static final Duration PERIOD = Duration.ofMillis(500);
    private static final int QUIET_ROUNDS = 30;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final ExecutionWatch watch;
    private final Runs runs;
    private final long executionId;
    private final String address;
    private int lastStep;
    private String lastState = "";
    private boolean ended;

    /**
     * News behind those that the reader has.
     *
     * @param address  of the execution
     * @param lastStep the last one that the reader has, 0 for none
     */
    RunEventSource(ExecutionWatch watch, Runs runs, long executionId, String address, int lastStep) {
        this.watch = watch;
        this.runs = runs;
        this.executionId = executionId;
        this.address = address;
        this.lastStep = lastStep;
    }

    @Override
    public Duration period() {
        return PERIOD;
    }

    @Override
    public int quietRounds() {
        return QUIET_ROUNDS;
    }

    @Override
    public String news() {
        ExecutionWatch.Seen seen = watch.look(executionId);
        JobExecutionSummary execution = seen.execution();
        JobView view =
                JobView.of(execution, Optional.ofNullable(seen.progress()), runs.place(executionId), address);
        StringBuilder news = new StringBuilder();
        for (StepMetrics step : newSteps(execution, view.progress())) {
            news.append("event: step\nid: ").append(step.step()).append("\ndata: ").append(json(step)).append("\n\n");
            lastStep = step.step();
        }
        String state = json(view);
        if (!state.equals(lastState)) {
            news.append("event: state\ndata: ").append(state).append("\n\n");
            lastState = state;
        }
        if (!execution.running()) {
            news.append("event: end\ndata: {}\n\n");
            ended = true;
        }
        return news.toString();
    }

    @Override
    public boolean ended() {
        return ended;
    }

    @Override
    public void failed(RuntimeException thrown) {
        // the reader comes again and is told by the resource what is wrong
        MESSAGES.runEventsEnded(executionId, thrown);
    }

    private List<StepMetrics> newSteps(JobExecutionSummary execution, RunProgress progress) {
        StepMetrics latest = progress == null ? null : progress.step();
        if (latest == null || latest.step() <= lastStep) {
            return List.of();
        }
        return latest.step() == lastStep + 1 ? List.of(latest)
                : runs.metrics(execution.run()).stream().filter(step -> step.step() > lastStep).toList();
    }

    private static String json(Record value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records of texts and numbers are always JSON", e);
        }
    }
}
