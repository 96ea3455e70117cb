package org.medtune.batch;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.batch.runtime.BatchStatus;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import org.h2.jdbcx.JdbcDataSource;
import org.jberet.job.model.Job;
import org.jberet.repository.JdbcRepository;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.JobInstanceImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.medtune.ops.RecordedRun;
import org.medtune.ops.RunKey;

@DisplayName("The records in JBeret's repository")
class JobRepositoryRecordsTest {

    private final JdbcDataSource database = new JdbcDataSource();
    private JdbcRepository repository;
    private JobRepositoryRecords records;

    @BeforeEach
    void makeRepository() {
        database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        repository = new JdbcRepository(database);
        records = new JobRepositoryRecords(database, repository);
    }

    @Test
    @DisplayName("forget a run with its executions and steps, in the database and in memory, and no other")
    void removal() throws SQLException {
        // given: two runs of two executions with a step each
        RecordedRun removed = run(2);
        RecordedRun kept = run(2);

        // when
        assertThat(records.remove(removed)).isTrue();

        // then
        assertThat(numbers("SELECT JOBINSTANCEID FROM JOB_INSTANCE")).containsExactly(kept.key().instanceId());
        assertThat(numbers("SELECT JOBEXECUTIONID FROM JOB_EXECUTION ORDER BY JOBEXECUTIONID DESC"))
                .isEqualTo(kept.executionIds());
        assertThat(numbers("SELECT STEPEXECUTIONID FROM STEP_EXECUTION")).hasSize(2);
        assertThat(repository.getJobInstance(removed.key().instanceId())).isNull();
        assertThat(removed.executionIds()).allSatisfy(id -> assertThat(repository.getJobExecution(id)).isNull());
        assertThat(repository.getJobExecution(kept.executionIds().get(0)).getJobParameters())
                .containsEntry("max.steps", "2");
    }

    @Test
    @DisplayName("count a run that is gone already as forgotten")
    void removalTwice() throws SQLException {
        RecordedRun run = run(1);

        assertThat(records.remove(run)).isTrue();
        assertThat(records.remove(run)).isTrue();
    }

    @Test
    @DisplayName("keep a run that has been restarted since it was read")
    void restarted() throws SQLException {
        // given
        RecordedRun run = run(2);
        RecordedRun asRead = new RecordedRun(run.job(), run.key(), run.executionIds().subList(1, 2), "FAILED",
                run.lastChange());

        // when, then
        assertThat(records.remove(asRead)).isFalse();
        assertThat(numbers("SELECT JOBEXECUTIONID FROM JOB_EXECUTION ORDER BY JOBEXECUTIONID DESC"))
                .isEqualTo(run.executionIds());
        assertThat(repository.getJobExecution(run.executionIds().get(0))).isNotNull();
    }

    private RecordedRun run(int executions) {
        JobInstanceImpl instance =
                repository.createJobInstance(new Job("fine-tune"), "medtune", getClass().getClassLoader());
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < executions; i++) {
            Properties parameters = new Properties();
            parameters.setProperty("max.steps", "2");
            JobExecutionImpl execution = repository.createJobExecution(instance, parameters);
            StepExecutionImpl step = repository.createStepExecution("train");
            step.setBatchStatus(BatchStatus.STARTED);
            repository.addStepExecution(execution, step);
            ids.add(execution.getExecutionId());
        }
        Collections.reverse(ids);
        return new RecordedRun("fine-tune", new RunKey(instance.getInstanceId(), Instant.EPOCH), ids, "FAILED",
                Instant.EPOCH);
    }

    private List<Long> numbers(String sql) throws SQLException {
        try (Connection connection = database.getConnection(); Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<Long> numbers = new ArrayList<>();
            while (rows.next()) {
                numbers.add(rows.getLong(1));
            }
            return numbers;
        }
    }
}
