package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.medtune.batch.JobExecutionSummary;
import org.medtune.ops.RunProgress;
import org.medtune.ops.Runs;
import org.medtune.ops.StepMetrics;

/**
 * An execution for one reader, as server-sent events: {@code state} (a {@link JobView}) whenever it has changed,
 * {@code step} (a {@link StepMetrics}, its number being the event's id) once for each step, and {@code end} when the
 * execution has ended, after which nothing comes.
 */
final class RunEventStream {

    private static final long OFTEN_MILLIS = 500;
    /** A reader that is gone is noticed when something is sent. */
    private static final int TICKS_BETWEEN_COMMENTS = 30;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final ExecutionWatch watch;
    private final Runs runs;
    private final long executionId;
    private final String address;
    private final Sse sse;
    private final SseEventSink sink;
    private int lastStep;
    private String lastState = "";
    private int silentTicks;
    private Future<?> ticks;

    /**
     * A stream that is still to be opened.
     *
     * @param address  of the execution
     * @param lastStep the last one that the reader has, 0 for none
     */
    RunEventStream(ExecutionWatch watch, Runs runs, long executionId, String address, int lastStep, Sse sse,
                   SseEventSink sink) {
        this.watch = watch;
        this.runs = runs;
        this.executionId = executionId;
        this.address = address;
        this.lastStep = lastStep;
        this.sse = sse;
        this.sink = sink;
    }

    /** Begins to send; the executor's threads do it from here on. */
    synchronized void open(ScheduledExecutorService executor) {
        ticks = executor.scheduleWithFixedDelay(this::tick, 0, OFTEN_MILLIS, TimeUnit.MILLISECONDS);
    }

    private synchronized void tick() {
        try {
            if (sink.isClosed()) {
                ticks.cancel(false);
                return;
            }
            ExecutionWatch.Seen seen = watch.look(executionId);
            JobExecutionSummary execution = seen.execution();
            JobView view = JobView.of(
                    execution, Optional.ofNullable(seen.progress()), runs.place(executionId), address);
            newSteps(execution, view.progress()).forEach(this::send);
            send(view);
            if (!execution.running()) {
                send(sse.newEventBuilder().name("end").data("{}"));
                close();
            }
        } catch (RuntimeException e) {
            // a reader may go at any moment; any other's connection breaks, and it comes again and is told by the
            // resource what is wrong
            if (!sink.isClosed()) {
                MESSAGES.runEventsEnded(executionId, e);
            }
            close();
        }
    }

    private List<StepMetrics> newSteps(JobExecutionSummary execution, RunProgress progress) {
        StepMetrics latest = progress == null ? null : progress.step();
        if (latest == null || latest.step() <= lastStep) {
            return List.of();
        }
        return latest.step() == lastStep + 1 ? List.of(latest)
                : runs.metrics(execution.run()).stream().filter(step -> step.step() > lastStep).toList();
    }

    private void send(StepMetrics step) {
        send(sse.newEventBuilder().name("step").id(Integer.toString(step.step())).data(json(step)));
        lastStep = step.step();
    }

    private void send(JobView view) {
        String state = json(view);
        if (!state.equals(lastState)) {
            send(sse.newEventBuilder().name("state").data(state));
            lastState = state;
        } else if (++silentTicks % TICKS_BETWEEN_COMMENTS == 0) {
            send(sse.newEventBuilder().comment(""));
        }
    }

    private void send(OutboundSseEvent.Builder event) {
        sink.send(event.build()).exceptionally(gone -> {
            ticks.cancel(false);
            return null;
        });
    }

    private void close() {
        ticks.cancel(false);
        sink.close();
    }

    private static String json(Record value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records of texts and numbers are always JSON", e);
        }
    }
}
