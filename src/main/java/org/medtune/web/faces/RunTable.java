package org.medtune.web.faces;

import java.util.List;
import java.util.Map;
import org.medtune.batch.JobControl;
import org.medtune.ops.Runs;
import org.primefaces.model.FilterMeta;
import org.primefaces.model.LazyDataModel;
import org.primefaces.model.SortMeta;

/** The runs, a page at a time, the newest first. */
final class RunTable extends LazyDataModel<RunRow> {

    private static final long serialVersionUID = 1L;

    private final transient JobControl jobs;
    private final transient Runs runs;

    RunTable(JobControl jobs, Runs runs) {
        this.jobs = jobs;
        this.runs = runs;
    }

    @Override
    public int count(Map<String, FilterMeta> filters) {
        return jobs.count();
    }

    @Override
    public List<RunRow> load(int first, int size, Map<String, SortMeta> sorts, Map<String, FilterMeta> filters) {
        return jobs.list(first, size).stream()
                .map(execution -> RunRow.of(execution, runs.progress(execution.run()),
                        runs.place(execution.executionId())))
                .toList();
    }

    @Override
    public String getRowKey(RunRow row) {
        return Long.toString(row.execution().executionId());
    }
}
