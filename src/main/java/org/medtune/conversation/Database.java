package org.medtune.conversation;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.medtune.ops.Transactions;

/**
 * JDBC with parameters as arguments, and errors as ours. Instants are stored in milliseconds.
 *
 * @param source gives connections that take part in no other transaction
 */
record Database(DataSource source) {

    /** Makes a value of the current row. */
    interface RowMapper<T> {
        T map(ResultSet row) throws SQLException;
    }

    /** Brings the tables to the newest form. */
    void migrate() {
        try {
            Flyway.configure(Database.class.getClassLoader()).dataSource(source)
                    .locations("classpath:org/medtune/conversation/migrations").load().migrate();
        } catch (FlywayException e) {
            throw MESSAGES.conversationDatabaseFailed(e.getMessage(), e);
        }
    }

    /** Does all of the work or nothing of it. */
    <T> T inTransaction(Transactions.Work<T> work) {
        return new Transactions(source, MESSAGES::conversationDatabaseFailed).call(work);
    }

    <T> List<T> query(String sql, RowMapper<T> mapper, Object... parameters) {
        return inTransaction(connection -> query(connection, sql, mapper, parameters));
    }

    int update(String sql, Object... parameters) {
        return inTransaction(connection -> update(connection, sql, parameters));
    }

    static <T> List<T> query(Connection connection, String sql, RowMapper<T> mapper, Object... parameters)
            throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, parameters);
                ResultSet rows = statement.executeQuery()) {
            List<T> all = new ArrayList<>();
            while (rows.next()) {
                all.add(mapper.map(rows));
            }
            return all;
        }
    }

    static int update(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, parameters)) {
            return statement.executeUpdate();
        }
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static PreparedStatement prepare(Connection connection, String sql, Object... parameters)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, value(parameters[i]));
        }
        return statement;
    }

    private static Object value(Object parameter) {
        if (parameter instanceof Instant instant) {
            return instant.atOffset(ZoneOffset.UTC);
        }
        return parameter instanceof Enum<?> constant ? constant.name() : parameter;
    }
}
