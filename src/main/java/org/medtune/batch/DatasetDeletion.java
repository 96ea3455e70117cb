package org.medtune.batch;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.batch.operations.JobOperator;
import jakarta.batch.operations.NoSuchJobException;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;
import org.medtune.ConflictException;
import org.medtune.NotFoundException;
import org.medtune.catalogue.Datasets;
import org.medtune.ops.FineTuneParameter;
import org.medtune.ops.MedtuneHome;

/** Deletes datasets that no execution is reading. */
@Dependent
public final class DatasetDeletion {

    private final MedtuneHome home;
    private final Datasets datasets;

    @Inject
    public DatasetDeletion(MedtuneHome home, Datasets datasets) {
        this.home = home;
        this.datasets = datasets;
    }

    /**
     * Deletes a dataset.
     *
     * @throws NotFoundException if there is none of that name
     * @throws ConflictException if a run is at work that was given it
     */
    public void delete(String name) {
        Path file = datasets.file(name);
        JobOperator operator = BatchRuntime.getJobOperator();
        for (long execution : running(operator)) {
            String given = operator.getJobExecution(execution).getJobParameters().getProperty(
                    FineTuneParameter.DATASET_FILE.key(), FineTuneParameter.DATASET_FILE.defaultText());
            if (home.dataset(given.strip()).equals(file)) {
                throw MESSAGES.datasetInUse(name, execution);
            }
        }
        datasets.delete(name);
    }

    private static List<Long> running(JobOperator operator) {
        try {
            return operator.getRunningExecutions(JobControl.FINE_TUNE);
        } catch (NoSuchJobException e) {
            // nothing was ever started
            return List.of();
        }
    }
}
