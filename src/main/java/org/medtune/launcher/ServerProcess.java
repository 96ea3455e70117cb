package org.medtune.launcher;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.medtune.InvalidInputException;
import org.medtune.RecoverableException;

/** The provisioned server as a process of its own, which outlives whoever started it. */
final class ServerProcess {

    private static final Duration BOOT = Duration.ofMinutes(3);
    private static final Duration SHUTDOWN = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final boolean WINDOWS = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("windows");

    private final Site site;

    ServerProcess(Site site) {
        this.site = site;
    }

    /**
     * Starts it and waits until {@code api} answers.
     *
     * @throws InvalidInputException if another program has one of its ports
     * @throws RecoverableException  if it does not come up
     */
    void start(MedtuneApi api) throws IOException, InterruptedException {
        requireFree(site.httpPort());
        requireFree(site.managementPort());
        Files.createDirectories(site.consoleLog().getParent());
        makeConsoleLog();
        Files.deleteIfExists(site.processIdFile());
        ProcessBuilder builder = new ProcessBuilder(command());
        builder.environment().put("MEDTUNE_HOME", site.home().toString());
        builder.environment().put("NOPAUSE", "true");
        builder.environment().remove("JBOSS_HOME");
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(site.consoleLog().toFile()));
        if (!WINDOWS) {
            builder.redirectInput(new File("/dev/null"));
        }
        builder.start();
        Instant deadline = Instant.now().plus(BOOT);
        boolean seen = false;
        while (!api.answers()) {
            boolean alive = processes().findAny().isPresent();
            if (seen && !alive || Instant.now().isAfter(deadline)) {
                throw MESSAGES.serverNotUp(site.consoleLog());
            }
            seen |= alive;
            Thread.sleep(POLL.toMillis());
        }
    }

    /** For its owner only: at its first boot the server prints a password. */
    private void makeConsoleLog() throws IOException {
        if (!Files.exists(site.consoleLog())) {
            Files.createFile(site.consoleLog(), ConsoleUser.ownerOnly());
        }
    }

    /** Stops it, if it runs, and waits for its end; running jobs stop at their next checkpoint. */
    boolean stop() {
        List<ProcessHandle> running = processes().toList();
        if (running.isEmpty()) {
            return false;
        }
        // the script ends with the server that it has started
        running.stream().filter(process -> process.children().findAny().isEmpty()).forEach(ProcessHandle::destroy);
        CompletableFuture.allOf(running.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
                .orTimeout(SHUTDOWN.toSeconds(), TimeUnit.SECONDS).join();
        return true;
    }

    /** The start script and the server, if they run. A stranger's process that got the same number is not ours. */
    private Stream<ProcessHandle> processes() {
        return processId().flatMap(ProcessHandle::of)
                .filter(ProcessHandle::isAlive)
                .filter(script -> Stream.concat(Stream.of(script), script.descendants()).anyMatch(this::isOurs))
                .stream().flatMap(script -> Stream.concat(Stream.of(script), script.descendants()));
    }

    private boolean isOurs(ProcessHandle process) {
        // Windows tells no other process' command line; there the number has to do
        return WINDOWS || process.info().commandLine()
                .filter(line -> line.contains(site.server().toString())).isPresent();
    }

    private Optional<Long> processId() {
        try {
            return Optional.of(Long.parseLong(Files.readString(site.processIdFile()).strip()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private List<String> command() {
        Path scripts = site.server().resolve("bin");
        String offset = "-Djboss.socket.binding.port-offset=" + site.portOffset();
        if (WINDOWS) {
            return List.of("cmd", "/c", "start", "/b", "", scripts.resolve("standalone.bat").toString(), offset);
        }
        // a background process of nohup ignores both the terminal's end and its Ctrl-C
        return List.of("sh", "-c", "nohup \"$0\" \"$@\" &", scripts.resolve("standalone.sh").toString(), offset);
    }

    private static void requireFree(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
        } catch (IOException e) {
            return;
        }
        throw MESSAGES.portTaken(port);
    }
}
