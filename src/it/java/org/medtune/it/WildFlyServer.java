package org.medtune.it;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The provisioned server in its own process, with its own MEDTUNE_HOME, base directory and ports, so that it touches
 * neither a server that somebody runs from the same folder nor that server's runs. Standard output goes to a file.
 * It can be killed or stopped and started again; everything it has written is still there then.
 */
public final class WildFlyServer implements AutoCloseable {

    private static final Duration BOOT = Duration.ofMinutes(3);
    private static final Duration SHUTDOWN = Duration.ofMinutes(2);
    private static final int HTTP_PORT = 8080;
    private static final int MANAGEMENT_PORT = 9990;
    /** What lives for a minute or two spends more on its best machine code than that gives back: boots take half of it. */
    private static final String JAVA_OPTIONS =
            System.getProperty("medtune.it.java.options", "-XX:TieredStopAtLevel=1");

    private final Path installation = Path.of(System.getProperty("medtune.it.server"));
    private final Path folder;
    private final int portOffset;
    private final Map<String, String> environment;
    private final Path home;
    private Process process;

    /**
     * A server that is not running yet.
     *
     * @param name        of its folder; what an earlier test run left there is deleted
     * @param portOffset  added to the usual ports
     * @param environment more variables for its process
     */
    public WildFlyServer(String name, int portOffset, Map<String, String> environment) {
        this(name, portOffset, environment, null);
    }

    /**
     * A server that shares the MEDTUNE_HOME of another.
     *
     * @param name of it among those
     * @param with the other; its environment is this one's too
     */
    WildFlyServer(String name, int portOffset, WildFlyServer with) {
        this(name, portOffset, Stream.concat(with.environment.entrySet().stream(),
                Stream.of(Map.entry("MEDTUNE_SERVER_NAME", name)))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)), with.home());
    }

    private WildFlyServer(String name, int portOffset, Map<String, String> environment, Path home) {
        this.folder = Path.of(System.getProperty("medtune.it.folder")).resolve(name);
        this.home = home == null ? folder.resolve("home") : home;
        this.portOffset = portOffset;
        this.environment = Map.copyOf(environment);
        try {
            deleteTree(folder);
            copyTree(installation.resolve("standalone"), baseFolder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Changes its configuration while it does not run, as {@code jboss-cli.sh} does offline.
     *
     * @param operations lines of a script
     */
    WildFlyServer configure(List<String> operations) {
        try {
            Path script = folder.resolve("configure.cli");
            List<String> lines = new ArrayList<>();
            lines.add("embed-server --server-config=standalone.xml");
            lines.addAll(operations);
            lines.add("stop-embedded-server");
            Files.write(script, lines);
            ProcessBuilder builder = new ProcessBuilder(installation.resolve("bin/jboss-cli.sh").toString(),
                    "--file=" + script);
            builder.environment().put("JAVA_OPTS", JAVA_OPTIONS + " -Djboss.server.base.dir=" + baseFolder());
            builder.redirectErrorStream(true).redirectOutput(folder.resolve("configure.log").toFile());
            int exit = builder.start().waitFor();
            if (exit != 0) {
                throw new IllegalStateException(Files.readString(folder.resolve("configure.log")));
            }
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Boots it and waits until the application answers. */
    public WildFlyServer start() {
        ProcessBuilder builder = new ProcessBuilder(
                installation.resolve("bin/standalone.sh").toString(),
                "-Djboss.server.base.dir=" + baseFolder(),
                "-Djboss.socket.binding.port-offset=" + portOffset);
        builder.environment().put("MEDTUNE_HOME", home().toString());
        builder.environment().keySet().removeAll(List.of("JAVA_OPTS", "JBOSS_HOME"));
        // tests ask faster than people do
        builder.environment().put("MEDTUNE_QUESTIONS_PER_MINUTE", "1000000");
        builder.environment().put("PREPEND_JAVA_OPTS", JAVA_OPTIONS);
        // tests bring models and datasets of their own
        builder.environment().put("MEDTUNE_MORE_FOLDERS", folder.getParent().toAbsolutePath().toString());
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(console().toFile()));
        Login.serverStarts(HTTP_PORT + portOffset, home());
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await("the server to answer, see " + console()).atMost(BOOT).pollInterval(Duration.ofMillis(250)).until(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("the server ended while it booted, see " + console());
            }
            return rest().answers();
        });
        return this;
    }

    /** Ends it as a power failure would: at once, with no chance to tidy up. */
    public void kill() {
        List<ProcessHandle> processes = Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
        processes.forEach(ProcessHandle::destroyForcibly);
        await("the killed server's processes to be gone").atMost(SHUTDOWN)
                .until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
    }

    /** Has its processes stand still, wherever they are; a kill ends them all the same. */
    void holdStill() {
        signal("STOP");
    }

    /** Ends what {@link #holdStill} began. */
    void letGoOn() {
        signal("CONT");
    }

    private void signal(String name) {
        List<String> command = new ArrayList<>(List.of("kill", "-" + name));
        process.descendants().forEach(descendant -> command.add(Long.toString(descendant.pid())));
        try {
            int exit = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
            if (exit != 0) {
                throw new IllegalStateException(command + " gave " + exit);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Ends it as the operating system's shutdown does, with SIGTERM, and waits for its end. */
    public void terminate() {
        // the script waits for Java, and would pass nothing on
        List<ProcessHandle> processes = process.descendants().toList();
        processes.forEach(ProcessHandle::destroy);
        awaitEnd();
    }

    /** Ends it as an operator would, and waits for its end. */
    public void stop() {
        try (ManagementClient management = management()) {
            management.shutdown();
        }
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(SHUTDOWN.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("the server has not ended after " + SHUTDOWN + ", see " + console());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Where the application is, with a slash at the end. */
    public String address() {
        return "http://localhost:" + (HTTP_PORT + portOffset) + "/medtune/";
    }

    /**
     * Where the management interface and the console are, with a slash at the end.
     *
     * @param user name and password with a colon between, or null
     */
    String managementAddress(String user) {
        return "http://" + (user == null ? "" : user + "@") + "localhost:" + (MANAGEMENT_PORT + portOffset) + "/";
    }

    /** Makes a user of the console, as add-user.sh does. */
    void addConsoleUser(String name, String password) {
        ProcessBuilder builder = new ProcessBuilder(installation.resolve("bin/add-user.sh").toString(),
                "-sc", home().resolve("users").toString(), "-u", name, "-p", password, "-s");
        builder.environment().keySet().removeAll(List.of("JAVA_OPTS", "JBOSS_HOME"));
        builder.redirectErrorStream(true).redirectOutput(folder.resolve("add-user.log").toFile());
        try {
            int exit = builder.start().waitFor();
            if (exit != 0) {
                throw new IllegalStateException(Files.readString(folder.resolve("add-user.log")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A client of the application's REST interface. */
    public RestClient rest() {
        return new RestClient(HTTP_PORT + portOffset);
    }

    /** A client of another user than the administrator; nobody's if there is no login. */
    public RestClient rest(Login login) {
        return new RestClient(HTTP_PORT + portOffset, login);
    }

    /** A new client of the management interface; the caller closes it. */
    public ManagementClient management() {
        return new ManagementClient(MANAGEMENT_PORT + portOffset);
    }

    /** What the server writes: runs, adapters, users, job repository. */
    public Path home() {
        return home;
    }

    /** The server's log. */
    public Path log() {
        String name = environment.get("MEDTUNE_SERVER_NAME");
        return home().resolve(name == null ? "log" : "log-" + name).resolve("server.log");
    }

    /** Stops it if it runs. */
    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            stop();
        }
    }

    Path console() {
        return folder.resolve("console.log");
    }

    private Path baseFolder() {
        return folder.resolve("standalone");
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
    }

    private static void deleteTree(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted((one, other) -> other.compareTo(one)).toList()) {
                Files.delete(path);
            }
        }
    }
}
