package org.medtune.batch;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.batch.operations.JobOperator;
import jakarta.batch.operations.NoSuchJobException;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.JobInstance;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jberet.operations.AbstractJobOperator;
import org.jberet.repository.JobRepository;
import org.jberet.spi.JobOperatorContext;
import org.medtune.ops.RecordedRun;
import org.medtune.ops.RunRecords;
import org.medtune.ops.Transactions;

/**
 * The runs in JBeret's JDBC repository. They are read through the batch runtime. JBeret's own removal forgets only what
 * is in its memory, so the rows are deleted here; its tables delete executions and steps with their job instance.
 */
final class JobRepositoryRecords implements RunRecords {

    private final Transactions transactions;
    private final JobRepository repository;

    /**
     * The records of a repository.
     *
     * @param database   where it keeps them
     * @param repository what has some of them in memory too
     */
    JobRepositoryRecords(DataSource database, JobRepository repository) {
        this.transactions = new Transactions(database, MESSAGES::jobRepositoryFailed);
        this.repository = repository;
    }

    /** The records of the batch runtime that runs the present job. */
    static JobRepositoryRecords ofRuntime(DataSource database) {
        JobOperator operator = JobOperatorContext.getJobOperatorContext().getJobOperator();
        return new JobRepositoryRecords(database, ((AbstractJobOperator) operator).getJobRepository());
    }

    @Override
    public List<RecordedRun> all() {
        JobOperator operator = BatchRuntime.getJobOperator();
        List<RecordedRun> runs = new ArrayList<>();
        for (String job : operator.getJobNames()) {
            for (JobInstance instance : instances(operator, job)) {
                recorded(operator, instance).ifPresent(runs::add);
            }
        }
        return runs;
    }

    /** A run as a purge needs it; nothing if it has no execution. */
    static Optional<RecordedRun> recorded(JobOperator operator, JobInstance instance) {
        List<JobExecutionSummary> executions = JobExecutionSummary.of(operator, instance);
        if (executions.isEmpty()) {
            return Optional.empty();
        }
        JobExecutionSummary newest = executions.get(0);
        return Optional.of(new RecordedRun(newest.job(), newest.run(),
                executions.stream().map(JobExecutionSummary::executionId).toList(),
                newest.status().name(), newest.ended() == null ? newest.created() : newest.ended()));
    }

    @Override
    public boolean remove(RecordedRun run) {
        boolean removed = transactions.call(connection -> remove(connection, run));
        if (removed) {
            forget(run);
        }
        return removed;
    }

    private static boolean remove(Connection connection, RecordedRun run) throws SQLException {
        // PostgreSQL lets a restart, whose row points to this one, wait for the lock and fail then. H2 does not: there
        // a restart is lost that comes in the milliseconds from the second query to the commit
        if (numbers(connection, "SELECT JOBINSTANCEID FROM JOB_INSTANCE WHERE JOBINSTANCEID = ? FOR UPDATE", run)
                .isEmpty()) {
            return true;
        }
        List<Long> executions = numbers(connection,
                "SELECT JOBEXECUTIONID FROM JOB_EXECUTION WHERE JOBINSTANCEID = ? ORDER BY JOBEXECUTIONID DESC", run);
        if (!executions.equals(run.executionIds())) {
            return false;
        }
        try (PreparedStatement statement =
                connection.prepareStatement("DELETE FROM JOB_INSTANCE WHERE JOBINSTANCEID = ?")) {
            statement.setLong(1, run.key().instanceId());
            statement.executeUpdate();
        }
        return true;
    }

    private static List<Long> numbers(Connection connection, String sql, RecordedRun run) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, run.key().instanceId());
            try (ResultSet rows = statement.executeQuery()) {
                List<Long> numbers = new ArrayList<>();
                while (rows.next()) {
                    numbers.add(rows.getLong(1));
                }
                return numbers;
            }
        }
    }

    /** JBeret would go on showing what it has in memory. */
    private void forget(RecordedRun run) {
        repository.removeJobExecutions(new ExecutionsOf(run));
        repository.removeJobInstance(run.key().instanceId());
    }

    private static List<JobInstance> instances(JobOperator operator, String job) {
        try {
            return operator.getJobInstances(job, 0, Integer.MAX_VALUE);
        } catch (NoSuchJobException e) {
            // never started
            return List.of();
        }
    }
}
