package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.medtune.batch.JobControl;
import org.medtune.batch.JobExecutionSummary;
import org.medtune.ops.RunComparison;
import org.medtune.ops.Runs;

/** Runs side by side: parameters that differ, loss curves at the same steps, results, and how long it took. */
@Path("jobs/compare")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
public class RunComparisonResource {

    private static final int MOST_RUNS = 10;
    private static final int MOST_POINTS = 2000;

    @Inject
    private JobControl jobs;

    @Inject
    private Runs runs;

    /**
     * Compares runs as they are now.
     *
     * @param ids    numbers of executions of 2 to 10 different runs, separated by commas; of each run the latest
     *               execution is shown
     * @param points the most points of a curve
     */
    @GET
    public RunComparison compare(@QueryParam("ids") @DefaultValue("") String ids,
                                 @QueryParam("points") @DefaultValue("200") String points) {
        int most = QueryNumber.read("points", points, 1, MOST_POINTS);
        List<RunComparison.Subject> subjects = numbers(ids).stream().map(this::subject).toList();
        if (subjects.stream().map(subject -> subject.key().instanceId()).distinct().count() < subjects.size()) {
            throw MESSAGES.notIdsToCompare(ids, MOST_RUNS);
        }
        return RunComparison.of(runs, subjects, most);
    }

    private static List<Long> numbers(String ids) {
        List<String> texts = Arrays.stream(ids.split(",", -1)).map(String::strip).toList();
        boolean numbers = texts.stream().allMatch(text -> text.matches("\\d{1,18}"));
        if (texts.size() < 2 || texts.size() > MOST_RUNS || !numbers) {
            throw MESSAGES.notIdsToCompare(ids, MOST_RUNS);
        }
        return texts.stream().map(Long::valueOf).toList();
    }

    private RunComparison.Subject subject(long executionId) {
        jobs.findRun(executionId);
        List<JobExecutionSummary> executions = jobs.executions(executionId);
        JobExecutionSummary latest = executions.get(0);
        Instant now = Instant.now();
        Duration worked = executions.stream().map(execution ->
                Duration.between(execution.created(), execution.ended() == null ? now : execution.ended()))
                .reduce(Duration.ZERO, Duration::plus);
        return new RunComparison.Subject(latest.run(), latest.executionId(), latest.status().name(), latest.ended(),
                worked, latest.parameters());
    }
}
