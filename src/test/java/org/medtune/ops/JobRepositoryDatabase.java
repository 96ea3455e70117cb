package org.medtune.ops;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.jberet.repository.JdbcRepository;

/**
 * A database with JBeret's own tables, and rows as JBeret leaves them.
 *
 * @param source the database, empty
 * @param ddl    the resource of JBeret's that makes its tables there
 */
record JobRepositoryDatabase(DataSource source, String ddl) {

    /** How WildFly names the application to the batch runtime. */
    static final String APPLICATION = "medtune.war";

    /** JBeret's statements end so. */
    private static final String END_OF_STATEMENT = "!!";

    JobRepositoryDatabase create() {
        try (InputStream in = JdbcRepository.class.getClassLoader().getResourceAsStream(ddl)) {
            for (String statement : new String(in.readAllBytes(), StandardCharsets.UTF_8).split(END_OF_STATEMENT)) {
                if (!statement.isBlank()) {
                    execute(statement);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** A run with one execution, which is in a step. */
    RunKey running(long run, long execution, String job, String status, String step) {
        execute("INSERT INTO JOB_INSTANCE(JOBINSTANCEID, JOBNAME, APPLICATIONNAME) VALUES (" + run + ", '" + job
                + "', '" + APPLICATION + "')");
        execution(run, execution, status, null);
        if (step != null) {
            execute("INSERT INTO STEP_EXECUTION(STEPEXECUTIONID, JOBEXECUTIONID, STEPNAME, BATCHSTATUS) VALUES ("
                    + execution + ", " + execution + ", '" + step + "', '" + status + "')");
        }
        return new RunKey(run, created(execution));
    }

    /** One more execution of a run. */
    void execution(long run, long execution, String status, String exitStatus) {
        execute("INSERT INTO JOB_EXECUTION(JOBEXECUTIONID, JOBINSTANCEID, CREATETIME, BATCHSTATUS, EXITSTATUS) VALUES ("
                + execution + ", " + run + ", CURRENT_TIMESTAMP, '" + status + "', "
                + (exitStatus == null ? "NULL" : "'" + exitStatus + "'") + ")");
    }

    private java.time.Instant created(long execution) {
        return query("SELECT CREATETIME FROM JOB_EXECUTION WHERE JOBEXECUTIONID = " + execution,
                row -> row.getTimestamp(1).toInstant());
    }

    /** Status and exit status of an execution, and whether it has an end. */
    String outcome(long execution) {
        return query("SELECT BATCHSTATUS, EXITSTATUS, ENDTIME FROM JOB_EXECUTION WHERE JOBEXECUTIONID = " + execution,
                row -> row.getString(1) + " (" + row.getString(2) + ")" + (row.getTimestamp(3) == null ? "" : " ended"));
    }

    String stepStatus(long execution) {
        return query("SELECT BATCHSTATUS FROM STEP_EXECUTION WHERE JOBEXECUTIONID = " + execution,
                row -> row.getString(1));
    }

    /** Has the servers of a name been silent for so long. */
    void silence(String name, int seconds) {
        execute("UPDATE MEDTUNE_SERVER SET HEARTBEAT = HEARTBEAT - INTERVAL '" + seconds + "' SECOND WHERE NAME = '"
                + name + "'");
    }

    int servers() {
        return query("SELECT COUNT(*) FROM MEDTUNE_SERVER", row -> row.getInt(1));
    }

    void execute(String sql) {
        try (Connection connection = source.getConnection(); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private interface Row<T> {
        T map(ResultSet row) throws SQLException;
    }

    private <T> T query(String sql, Row<T> mapping) {
        try (Connection connection = source.getConnection(); Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return mapping.map(rows);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }
}
