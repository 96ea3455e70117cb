package org.medtune.ops;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.BiFunction;
import javax.sql.DataSource;
import org.medtune.MedtuneException;

/**
 * Work on a database, all of which is done or nothing. Safe for several threads, each of which has a connection of its
 * own.
 *
 * @param source  gives connections that take part in no other transaction
 * @param failure makes the exception to be thrown, of the database's sentence and its own exception
 */
public record Transactions(DataSource source, BiFunction<String, SQLException, MedtuneException> failure) {

    /** What is done on one connection. */
    @FunctionalInterface
    public interface Work<T> {

        /** Does it; what it throws undoes it. */
        T on(Connection connection) throws SQLException;
    }

    /**
     * Does the work and commits it.
     *
     * @return what the work gives
     * @throws MedtuneException of {@link #failure} if the database fails, also in the commit
     */
    public <T> T call(Work<T> work) {
        try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(false);
            try {
                T result = work.on(connection);
                connection.commit();
                return result;
            } finally {
                // without effect after the commit
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw failure.apply(e.getMessage(), e);
        }
    }
}
