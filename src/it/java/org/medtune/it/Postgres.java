package org.medtune.it;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A real PostgreSQL server, whose data outlive a stop. */
final class Postgres implements AutoCloseable {

    private static final Path SCRIPT = Path.of("server-config/scripts/job-repository-postgres.cli");

    private final Path data;
    private final int port;
    private EmbeddedPostgres database;

    Postgres(Path data) {
        this.data = data;
        database = open(Optional.empty());
        port = database.getPort();
    }

    private EmbeddedPostgres open(Optional<Integer> port) {
        try {
            EmbeddedPostgres.Builder builder =
                    EmbeddedPostgres.builder().setDataDirectory(data).setCleanDataDirectory(false);
            port.ifPresent(builder::setPort);
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void stop() {
        try {
            database.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it again where it was. */
    void start() {
        database = open(Optional.of(port));
    }

    /** What a server needs in its environment. */
    Map<String, String> environment() {
        return Map.of("MEDTUNE_POSTGRES_URL", "jdbc:postgresql://localhost:" + port + "/postgres",
                "MEDTUNE_POSTGRES_USER", "postgres", "MEDTUNE_POSTGRES_PASSWORD", "postgres");
    }

    /** Has a server keep its jobs here, as the profile postgres does. */
    static WildFlyServer configure(WildFlyServer server) {
        List<String> lines = new ArrayList<>();
        try {
            List<String> script = Files.readAllLines(SCRIPT).stream().filter(line -> line.startsWith("/")).toList();
            lines.add(script.get(0));
            // what refers to the data source allows its removal only if it is back before the end
            lines.add("batch");
            lines.add("/subsystem=datasources/data-source=BatchDS:remove");
            lines.add(script.get(1));
            lines.add("run-batch");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return server.configure(lines);
    }

    @Override
    public void close() {
        stop();
    }
}
