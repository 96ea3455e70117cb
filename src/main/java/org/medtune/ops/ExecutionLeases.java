package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import javax.sql.DataSource;

/**
 * Which server executes what: leases in the job repository's database, two tables beside JBeret's. A server says with a
 * heartbeat that it lives; a lease is worth as much as its server's last heartbeat. Whether one has expired is decided
 * by the database's clock, so servers' clocks may differ. A server that could not say for too long that it lives takes
 * its own leases for lost ({@link #requireHeld}), by a clock that nobody sets, before others may. Safe for several
 * threads.
 */
public final class ExecutionLeases {

    private static final List<String> TABLES = List.of("""
            CREATE TABLE IF NOT EXISTS MEDTUNE_SERVER (
              SERVERID  VARCHAR(36) NOT NULL PRIMARY KEY,
              PLACE     VARCHAR(36) NOT NULL,
              NAME      VARCHAR(255) NOT NULL,
              HEARTBEAT TIMESTAMP WITH TIME ZONE NOT NULL)""", """
            CREATE TABLE IF NOT EXISTS MEDTUNE_LEASE (
              JOBEXECUTIONID BIGINT NOT NULL PRIMARY KEY,
              SERVERID       VARCHAR(36) NOT NULL)""");

    private static final String ACTIVE = " IN ('STARTING', 'STARTED', 'STOPPING')";

    private static final String SELECT_ACTIVE = """
            SELECT E.JOBEXECUTIONID, I.JOBNAME, I.JOBINSTANCEID, S.SERVERID, S.PLACE, S.NAME,
              EXTRACT(EPOCH FROM (CURRENT_TIMESTAMP - S.HEARTBEAT)) AS SILENCE,
              (SELECT MIN(F.CREATETIME) FROM JOB_EXECUTION F WHERE F.JOBINSTANCEID = I.JOBINSTANCEID) AS CREATED,
              (SELECT COUNT(*) FROM JOB_EXECUTION F WHERE F.JOBINSTANCEID = I.JOBINSTANCEID
                AND F.EXITSTATUS LIKE 'interrupted:%') AS INTERRUPTIONS,
              (SELECT P.STEPNAME FROM STEP_EXECUTION P WHERE P.STEPEXECUTIONID =
                (SELECT MAX(Q.STEPEXECUTIONID) FROM STEP_EXECUTION Q WHERE Q.JOBEXECUTIONID = E.JOBEXECUTIONID)) AS STEP
            FROM JOB_EXECUTION E
            JOIN JOB_INSTANCE I ON I.JOBINSTANCEID = E.JOBINSTANCEID
            LEFT JOIN MEDTUNE_LEASE L ON L.JOBEXECUTIONID = E.JOBEXECUTIONID
            LEFT JOIN MEDTUNE_SERVER S ON S.SERVERID = L.SERVERID
            WHERE I.APPLICATIONNAME = ? AND E.BATCHSTATUS""" + ACTIVE + " ORDER BY E.JOBEXECUTIONID";

    /** The condition holds again what was read before, since the server may have spoken or claimed it meanwhile. */
    private static final String END_EXECUTION = """
            UPDATE JOB_EXECUTION SET BATCHSTATUS = 'STOPPED', EXITSTATUS = ?, ENDTIME = CURRENT_TIMESTAMP,
              LASTUPDATEDTIME = CURRENT_TIMESTAMP
            WHERE JOBEXECUTIONID = ? AND BATCHSTATUS""" + ACTIVE + """
             AND NOT EXISTS (SELECT 1 FROM MEDTUNE_LEASE L JOIN MEDTUNE_SERVER S ON S.SERVERID = L.SERVERID
              WHERE L.JOBEXECUTIONID = JOB_EXECUTION.JOBEXECUTIONID
                AND EXTRACT(EPOCH FROM (CURRENT_TIMESTAMP - S.HEARTBEAT)) <= ?
                AND (S.PLACE <> ? OR S.SERVERID = ?))""";

    private static final String END_STEPS = """
            UPDATE STEP_EXECUTION SET BATCHSTATUS = 'STOPPED', EXITSTATUS = 'STOPPED', ENDTIME = CURRENT_TIMESTAMP
            WHERE JOBEXECUTIONID = ? AND BATCHSTATUS""" + ACTIVE;

    private final Transactions transactions;
    private final UUID server = UUID.randomUUID();
    private final UUID place;
    private final String name;
    private final Duration expiry;
    private final String application;
    private final LongSupplier nanoTime;
    /** Read at any time; changed together with the table by one thread at a time, as the two would differ otherwise. */
    private final Set<Long> held = ConcurrentHashMap.newKeySet();
    private volatile long lastBeat;

    /**
     * Leases of a server that begins to live; call {@link #open} first.
     *
     * @param database the job repository's
     * @param place    where the server keeps its data
     * @param name     of the server, for people
     * @param expiry   how long a server may be silent
     * @param application the name by which the repository knows this application's jobs: those of others on the same
     *                    database have no leases, and are not ours to end
     */
    public ExecutionLeases(DataSource database, UUID place, String name, Duration expiry, String application) {
        this(database, place, name, expiry, application, System::nanoTime);
    }

    ExecutionLeases(DataSource database, UUID place, String name, Duration expiry, String application,
            LongSupplier nanoTime) {
        this.transactions = new Transactions(database, MESSAGES::leasesUnavailable);
        this.application = application;
        this.place = place;
        this.name = name.substring(0, Math.min(name.length(), 255));
        this.expiry = expiry;
        this.nanoTime = nanoTime;
    }

    /**
     * Makes the tables unless they are there, and says for the first time that this server lives.
     *
     * @throws org.medtune.RecoverableException if the database fails, as all methods do
     */
    public void open() {
        transactions.call(connection -> {
            try (Statement statement = connection.createStatement()) {
                for (String table : TABLES) {
                    statement.execute(table);
                }
            }
            return null;
        });
        beat();
    }

    /** Says that this server lives. What others have taken for dead meanwhile is not held any more. */
    public synchronized void beat() {
        long now = nanoTime.getAsLong();
        transactions.call(connection -> {
            boolean known = update(connection,
                    "UPDATE MEDTUNE_SERVER SET HEARTBEAT = CURRENT_TIMESTAMP WHERE SERVERID = ?", text(server)) > 0;
            if (!known) {
                update(connection, "INSERT INTO MEDTUNE_SERVER(SERVERID, PLACE, NAME, HEARTBEAT) "
                        + "VALUES (?, ?, ?, CURRENT_TIMESTAMP)", text(server), text(place), name);
            }
            held.retainAll(leases(connection));
            return null;
        });
        // the moment before, so that this server's own patience ends before that of others
        lastBeat = now;
    }

    /** Takes the lease of an execution that this server has started; once more is as good as once. */
    public synchronized void claim(long executionId) {
        transactions.call(connection -> {
            if (update(connection, "UPDATE MEDTUNE_LEASE SET SERVERID = ? WHERE JOBEXECUTIONID = ?", text(server),
                    executionId) == 0) {
                update(connection, "INSERT INTO MEDTUNE_LEASE(JOBEXECUTIONID, SERVERID) VALUES (?, ?)", executionId,
                        text(server));
            }
            return null;
        });
        held.add(executionId);
    }

    /** Gives back the lease of an execution that this server does not work on any more, whatever its status. */
    synchronized void giveUp(long executionId) {
        transactions.call(connection -> update(connection,
                "DELETE FROM MEDTUNE_LEASE WHERE JOBEXECUTIONID = ? AND SERVERID = ?", executionId, text(server)));
        held.remove(executionId);
    }

    /**
     * Refuses to go on with an execution that others may have taken for dead.
     *
     * @throws org.medtune.RecoverableException if the lease is lost, or this server could not say for too long that it
     *                                          lives
     */
    public void requireHeld(long executionId) {
        boolean silent = nanoTime.getAsLong() - lastBeat > expiry.toNanos();
        if (silent || !held.contains(executionId)) {
            throw MESSAGES.leaseLost(executionId, expiry.toSeconds());
        }
    }

    /** Gives back the leases of what has ended. */
    public synchronized void releaseEnded() {
        transactions.call(connection -> {
            update(connection, "DELETE FROM MEDTUNE_LEASE WHERE SERVERID = ? AND NOT EXISTS (SELECT 1 FROM "
                    + "JOB_EXECUTION E WHERE E.JOBEXECUTIONID = MEDTUNE_LEASE.JOBEXECUTIONID AND E.BATCHSTATUS"
                    + ACTIVE + ")", text(server));
            held.retainAll(leases(connection));
            return null;
        });
    }

    /** Forgets servers that hold nothing and are silent, this one too if it is about to end. */
    public void forgetSilentServers(boolean ending) {
        transactions.call(connection -> update(connection, "DELETE FROM MEDTUNE_SERVER WHERE NOT EXISTS (SELECT 1 FROM "
                + "MEDTUNE_LEASE L WHERE L.SERVERID = MEDTUNE_SERVER.SERVERID) AND (SERVERID = ? OR "
                + "EXTRACT(EPOCH FROM (CURRENT_TIMESTAMP - HEARTBEAT)) > ?)", ending ? text(server) : "",
                2.0 * expiry.toSeconds()));
    }

    /** Whether there are servers in other places that have said lately that they live. */
    boolean othersLive() {
        return transactions.call(connection -> {
            try (PreparedStatement statement = connection.prepareStatement("SELECT 1 FROM MEDTUNE_SERVER WHERE PLACE <> ? "
                    + "AND EXTRACT(EPOCH FROM (CURRENT_TIMESTAMP - HEARTBEAT)) <= ?")) {
                statement.setString(1, text(place));
                statement.setDouble(2, expiry.toSeconds());
                try (ResultSet rows = statement.executeQuery()) {
                    return rows.next();
                }
            }
        });
    }

    /** What is running of this application according to the job repository, whoever executes it. */
    List<ActiveExecution> active() {
        return transactions.call(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(SELECT_ACTIVE)) {
                statement.setString(1, application);
                try (ResultSet row = statement.executeQuery()) {
                    List<ActiveExecution> executions = new ArrayList<>();
                    while (row.next()) {
                        executions.add(execution(row));
                    }
                    return executions;
                }
            }
        });
    }

    private static ActiveExecution execution(ResultSet row) throws SQLException {
        return new ActiveExecution(row.getLong("JOBEXECUTIONID"), row.getString("JOBNAME"),
                new RunKey(row.getLong("JOBINSTANCEID"), row.getTimestamp("CREATED").toInstant()),
                row.getString("STEP"), row.getInt("INTERRUPTIONS"), owner(row));
    }

    private static ActiveExecution.Owner owner(ResultSet row) throws SQLException {
        String owner = row.getString("SERVERID");
        return owner == null ? null : new ActiveExecution.Owner(UUID.fromString(owner),
                UUID.fromString(row.getString("PLACE")), row.getString("NAME"),
                Duration.ofMillis((long) (1000 * row.getDouble("SILENCE"))));
    }

    /** Whether this server executes it. */
    boolean ownedHere(ActiveExecution execution) {
        return execution.owner() != null && execution.owner().server().equals(server);
    }

    /** Whether its server is dead: it has fallen silent, or another server lives in its place now. */
    boolean ownerIsDead(ActiveExecution execution) {
        ActiveExecution.Owner owner = execution.owner();
        return owner != null && !owner.server().equals(server)
                && (owner.place().equals(place) || owner.silence().compareTo(expiry) > 0);
    }

    /**
     * Makes an execution STOPPED, and the step that it was in, unless its server has turned out to be alive.
     *
     * @return whether that was done; it may have been done by another server at the same time
     */
    boolean end(ActiveExecution execution, String exitStatus) {
        return transactions.call(connection -> {
            if (update(connection, END_EXECUTION, exitStatus, execution.executionId(), (double) expiry.toSeconds(),
                    text(place), text(server)) == 0) {
                return false;
            }
            update(connection, END_STEPS, execution.executionId());
            update(connection, "DELETE FROM MEDTUNE_LEASE WHERE JOBEXECUTIONID = ?", execution.executionId());
            return true;
        });
    }

    private List<Long> leases(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT JOBEXECUTIONID FROM MEDTUNE_LEASE WHERE SERVERID = ?")) {
            statement.setString(1, text(server));
            try (ResultSet rows = statement.executeQuery()) {
                List<Long> executions = new ArrayList<>();
                while (rows.next()) {
                    executions.add(rows.getLong(1));
                }
                return executions;
            }
        }
    }

    private static int update(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement.executeUpdate();
        }
    }

    private static String text(UUID id) {
        return id.toString();
    }
}
