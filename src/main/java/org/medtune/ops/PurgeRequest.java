package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.medtune.InvalidInputException;
import org.medtune.ops.ParameterType.Flag;
import org.medtune.ops.ParameterType.Names;
import org.medtune.ops.ParameterType.Several;
import org.medtune.ops.ParameterType.Whole;

/**
 * What the job {@code purge} was asked for. A run is removed that fulfils all of it.
 *
 * @param jobs          names of the jobs whose runs are looked at
 * @param statuses      batch statuses of runs that may be removed; of those that are at work none is
 * @param olderThanDays days that have passed since the run's last execution ended
 * @param keepNewest    so many of each job's newest runs are kept, whatever their status
 * @param removeOrphans whether folders and logs that belong to no run are removed too, when nothing in them has changed
 *                      for those days
 * @param dryRun        whether it is only told what would be removed
 */
public record PurgeRequest(Set<String> jobs, Set<String> statuses, int olderThanDays, int keepNewest,
                           boolean removeOrphans, boolean dryRun) {

    /** Days since a run's end. */
    public static final String OLDER_THAN_DAYS = "older.than.days";
    /** How many of a job's newest runs are kept. */
    public static final String KEEP_NEWEST = "keep.newest";
    /** Which runs, by their batch status. */
    public static final String STATUSES = "statuses";
    /** Which runs, by their job; {@code all} for every job. */
    public static final String JOB_NAMES = "job.names";
    /** Whether to remove the folders of unknown runs. */
    public static final String REMOVE_ORPHANS = "remove.orphans";
    /** Whether to do nothing but tell. */
    public static final String DRY_RUN = "dry.run";

    /** What a run can be that is not at work. */
    static final List<String> ENDED = List.of("COMPLETED", "FAILED", "STOPPED", "ABANDONED");

    private static final String ALL_JOBS = "all";
    private static final int MOST = 100_000;

    /** The parameters, in the order in which the job lists them. */
    public static final JobParameters PARAMETERS = JobParameters.of(
            new JobParameter(OLDER_THAN_DAYS, "30", new Whole(0, MOST),
                    "only runs whose last execution ended so many days ago; 0 for any"),
            new JobParameter(KEEP_NEWEST, "10", new Whole(0, MOST),
                    "so many of each job's newest runs stay, whatever their status"),
            new JobParameter(STATUSES, "COMPLETED,FAILED,ABANDONED", new Several(ENDED, "some of "
                    + String.join(", ", ENDED) + ", separated by commas"),
                    "only runs of these batch statuses; STOPPED ones wait for a restart and are removed only where "
                            + "they are named"),
            new JobParameter(JOB_NAMES, ALL_JOBS, new Names(),
                    "only runs of these jobs, such as fine-tune or evaluate; all for every job. Exports and downloads "
                            + "stay"),
            new JobParameter(REMOVE_ORPHANS, "false", new Flag(),
                    "remove folders and logs too that belong to no run, if nothing in them has changed for "
                            + "older.than.days"),
            new JobParameter(DRY_RUN, "true", new Flag(), "only tell what would be removed"));

    public PurgeRequest {
        jobs = Set.copyOf(jobs);
        statuses = Set.copyOf(statuses);
    }

    /**
     * Checks the parameters.
     *
     * @param texts what was given, by name
     * @param known names of the server's jobs
     * @throws InvalidInputException listing everything that has to change
     */
    public static PurgeRequest of(Map<String, String> texts, Collection<String> known) {
        Problems problems = new Problems();
        PARAMETERS.check(texts, problems);
        Optional<Set<String>> jobs = problems.check(() -> jobs(texts, known));
        Optional<List<String>> statuses = problems.check(() -> PARAMETERS.names(texts, STATUSES));
        Optional<Integer> days = problems.check(() -> PARAMETERS.integer(texts, OLDER_THAN_DAYS));
        Optional<Integer> newest = problems.check(() -> PARAMETERS.integer(texts, KEEP_NEWEST));
        Optional<Boolean> orphans = problems.check(() -> PARAMETERS.flag(texts, REMOVE_ORPHANS));
        Optional<Boolean> dryRun = problems.check(() -> PARAMETERS.flag(texts, DRY_RUN));
        problems.throwIfAny();
        return new PurgeRequest(jobs.orElseThrow(), Set.copyOf(statuses.orElseThrow()), days.orElseThrow(),
                newest.orElseThrow(), orphans.orElseThrow(), dryRun.orElseThrow());
    }

    /** Which jobs there are is known only now. */
    private static Set<String> jobs(Map<String, String> texts, Collection<String> known) {
        String given = PARAMETERS.text(texts, JOB_NAMES);
        if (given.equals(ALL_JOBS)) {
            return new TreeSet<>(known);
        }
        List<String> names = Arrays.stream(given.split(",", -1)).map(String::strip).toList();
        if (!known.containsAll(names)) {
            throw MESSAGES.parameterNotOfShape(JOB_NAMES, given, "all, or names of jobs such as fine-tune");
        }
        return new TreeSet<>(names);
    }
}
