package org.medtune.web.monitoring;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;
import org.medtune.chat.ChatService;
import org.medtune.ops.DeviceQueue;
import org.medtune.ops.MedtuneHome;
import org.medtune.ops.RunProgress;
import org.medtune.ops.RunProgressBoard;
import org.medtune.ops.StepMetrics;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ProcessMemory;

/**
 * The server's figures in Prometheus' format: runs, the chat's queue, tokens, memory, disk, requests, the Java machine.
 */
public final class ServerMetrics implements AutoCloseable {

    private static final String RUN = "run";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final RunProgressBoard board;
    private boolean devicesShown;
    private final Map<MultiGauge, ToDoubleFunction<RunProgress>> ofRuns;

    /** Figures of what this server does. */
    public ServerMetrics(ChatService chat, RunProgressBoard board, DeviceQueue queue, MedtuneHome home) {
        this.board = board;
        this.ofRuns = Map.of(
                ofRun("medtune.run.progress", "share of the present phase"), RunProgress::share,
                ofRun("medtune.run.step", "optimizer steps taken"), ofStep(StepMetrics::step),
                ofRun("medtune.run.steps", "optimizer steps of the whole run"), ofStep(StepMetrics::totalSteps),
                ofRun("medtune.run.loss", "mean over the predicted tokens of the latest step"),
                ofStep(StepMetrics::loss),
                ofRun("medtune.run.gradient.norm", "of the latest step, before clipping"),
                ofStep(StepMetrics::gradientNorm),
                ofRun("medtune.run.tokens.per.second", "in the latest step"), ofStep(StepMetrics::tokensPerSecond),
                ofRun("medtune.run.seconds.left", "until the last step"), ofStep(StepMetrics::secondsLeft));
        Gauge.builder("medtune.runs", board, runs -> runs.all().size())
                .description("runs that this server executes").register(registry);
        Gauge.builder("medtune.runs.waiting", queue, DeviceQueue::waiting)
                .description("runs that wait for a device").register(registry);
        FunctionCounter.builder("medtune.trained.tokens", board, RunProgressBoard::trainedTokens)
                .description("tokens that runs were trained on").register(registry);
        Gauge.builder("medtune.chat.waiting", chat, service -> service.load().waiting())
                .description("questions that wait in the queue").register(registry);
        Gauge.builder("medtune.chat.answering", chat, service -> service.load().answering())
                .description("questions that are being answered").register(registry);
        FunctionCounter.builder("medtune.generated.tokens", chat, service -> service.load().tokens())
                .description("tokens of answers").register(registry);
        Gauge.builder("medtune.chat.model.loaded", chat, service -> service.prepared() ? 1 : 0)
                .description("1 if the chat's model is loaded").register(registry);
        Gauge.builder("medtune.disk.free", home, ServerMetrics::freeOnDisk).baseUnit("bytes")
                .description("on the disk of MEDTUNE_HOME").register(registry);
        Gauge.builder("medtune.process.resident", () -> orNaN(ProcessMemory.residentBytes())).baseUnit("bytes")
                .description("memory of the host that the server occupies, models and activations included")
                .register(registry);
        List.of(new JvmMemoryMetrics(), new JvmThreadMetrics(), new ProcessorMetrics(), new UptimeMetrics(),
                collections).forEach(binder -> binder.bindTo(registry));
    }

    /** Everything, as text for Prometheus. */
    String scrape() {
        showDevices();
        Map<Long, RunProgress> runs = board.all();
        ofRuns.forEach((gauge, value) -> gauge.register(runs.entrySet().stream()
                .map(run -> MultiGauge.Row.of(Tags.of(RUN, Long.toString(run.getKey())), run.getValue(), value))
                .toList(), true));
        return registry.scrape();
    }

    /** Counts a request that was answered. */
    void answered(String kind, int status, Duration duration) {
        Timer.builder("medtune.requests").description("requests by kind and HTTP status").tag("kind", kind)
                .tag("status", Integer.toString(status)).publishPercentiles(0.5, 0.95, 0.99).register(registry)
                .record(duration);
        if (status == 401 || status == 429) {
            Counter.builder("medtune.refused").description("requests without a login, or too many of them")
                    .tag("status", Integer.toString(status)).register(registry).increment();
        }
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }

    /** Asking for devices loads the native library, which a server that nobody watches need not do at its start. */
    private synchronized void showDevices() {
        if (devicesShown) {
            return;
        }
        for (ComputeDevice device : ComputeDevice.allNamed("all")) {
            Gauge.builder("medtune.device.memory.free", device, one -> orNaN(one.untakenBytes())).baseUnit("bytes")
                    .tag("device", device.deviceName()).description("memory that no process has taken")
                    .register(registry);
        }
        devicesShown = true;
    }

    private MultiGauge ofRun(String name, String description) {
        return MultiGauge.builder(name).description(description).register(registry);
    }

    private static ToDoubleFunction<RunProgress> ofStep(ToDoubleFunction<StepMetrics> value) {
        return progress -> progress.step() == null ? Double.NaN : value.applyAsDouble(progress.step());
    }

    private static double orNaN(OptionalLong bytes) {
        return bytes.isPresent() ? bytes.getAsLong() : Double.NaN;
    }

    private static double freeOnDisk(MedtuneHome home) {
        try {
            return Files.getFileStore(home.folder()).getUsableSpace();
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
