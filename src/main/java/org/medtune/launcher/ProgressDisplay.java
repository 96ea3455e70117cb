package org.medtune.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * Shows a run's progress: a bar for each phase on a terminal, a line now and then where the output goes to a file. One
 * thread uses it.
 */
final class ProgressDisplay implements AutoCloseable {

    private static final long NANOSECONDS_BETWEEN_LINES = 5_000_000_000L;

    private final PrintStream out;
    private final boolean terminal;
    private String phase = "";
    private String lastLine = "";
    private long lastLineTime;
    private ProgressBar bar;

    ProgressDisplay(PrintStream out) {
        this.out = out;
        this.terminal = isTerminal();
    }

    /** Shows an execution's progress, as the REST interface gives it. */
    void show(JsonNode progress) {
        if (progress.isMissingNode()) {
            return;
        }
        String current = progress.path("phase").asText().toLowerCase(Locale.ROOT);
        boolean changed = !current.equals(phase);
        phase = current;
        if (terminal) {
            draw(progress, changed);
        } else {
            print(progress, changed);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    private void draw(JsonNode progress, boolean changed) {
        if (changed) {
            close();
            bar = new ProgressBarBuilder().setTaskName(String.format("%-8s", phase)).setUpdateIntervalMillis(250)
                    .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK).setInitialMax(-1).build();
        }
        int total = progress.path("total").asInt();
        bar.maxHint(total == 0 ? -1 : total);
        bar.stepTo(progress.path("done").asInt());
        bar.setExtraMessage(" " + metrics(progress));
    }

    private void print(JsonNode progress, boolean changed) {
        int total = progress.path("total").asInt();
        String line = String.format("%-8s ", phase)
                + (total == 0 ? "" : progress.path("done").asInt() + "/" + total + " ") + metrics(progress);
        boolean complete = total > 0 && progress.path("done").asInt() == total;
        long now = System.nanoTime();
        if (changed || !line.equals(lastLine) && (complete || now - lastLineTime > NANOSECONDS_BETWEEN_LINES)) {
            out.println(line.stripTrailing());
            lastLine = line;
            lastLineTime = now;
        }
    }

    private String metrics(JsonNode progress) {
        JsonNode step = progress.path("step");
        if (!phase.equals("train") || !step.isObject()) {
            return "";
        }
        return String.format(Locale.ROOT, "loss %.4f  %,.0f tokens/s  %d s left", step.path("loss").asDouble(),
                step.path("tokensPerSecond").asDouble(), step.path("secondsLeft").asLong());
    }

    private static boolean isTerminal() {
        try (Terminal found = TerminalBuilder.builder().dumb(true).build()) {
            return !found.getType().startsWith(Terminal.TYPE_DUMB);
        } catch (IOException e) {
            return false;
        }
    }
}
