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

    /** The parameters with their defaults, in the order in which the job lists them. */
    public static final List<Map.Entry<String, String>> DEFAULTS = List.of(Map.entry(OLDER_THAN_DAYS, "30"),
            Map.entry(KEEP_NEWEST, "10"), Map.entry(STATUSES, "COMPLETED,FAILED,ABANDONED"),
            Map.entry(JOB_NAMES, "all"), Map.entry(REMOVE_ORPHANS, "false"), Map.entry(DRY_RUN, "true"));

    /** What a run can be that is not at work. */
    static final List<String> ENDED = List.of("COMPLETED", "FAILED", "STOPPED", "ABANDONED");

    private static final String INTERNAL_PREFIX = "jberet.";
    private static final int MOST = 100_000;

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
        List<String> names = DEFAULTS.stream().map(Map.Entry::getKey).toList();
        texts.keySet().stream().sorted()
                .filter(name -> !name.startsWith(INTERNAL_PREFIX) && !names.contains(name))
                .forEach(name -> problems.add(MESSAGES.parameterUnknown(name, EditDistance.nearest(name, names))));
        ParameterRoom.problem(texts).ifPresent(problems::add);
        Optional<Set<String>> jobs = text(texts, JOB_NAMES).equals("all") ? Optional.of(new TreeSet<>(known))
                : problems.check(() -> words(JOB_NAMES, texts, known, "all, or names of jobs such as fine-tune"));
        Optional<Set<String>> statuses = problems.check(() -> words(STATUSES, texts, ENDED,
                "some of " + String.join(", ", ENDED) + ", separated by commas"));
        Optional<Integer> days = problems.check(() -> number(OLDER_THAN_DAYS, texts));
        Optional<Integer> newest = problems.check(() -> number(KEEP_NEWEST, texts));
        Optional<Boolean> orphans = problems.check(() -> flag(REMOVE_ORPHANS, texts));
        Optional<Boolean> dryRun = problems.check(() -> flag(DRY_RUN, texts));
        problems.throwIfAny();
        return new PurgeRequest(jobs.orElseThrow(), statuses.orElseThrow(), days.orElseThrow(), newest.orElseThrow(),
                orphans.orElseThrow(), dryRun.orElseThrow());
    }

    private static String text(Map<String, String> texts, String name) {
        return texts.getOrDefault(name, DEFAULTS.stream().filter(entry -> entry.getKey().equals(name))
                .map(Map.Entry::getValue).findFirst().orElseThrow()).strip();
    }

    private static Set<String> words(String name, Map<String, String> texts, Collection<String> known, String shape) {
        List<String> given = Arrays.stream(text(texts, name).split(",", -1)).map(String::strip).toList();
        if (!known.containsAll(given)) {
            throw MESSAGES.parameterNotOfShape(name, text(texts, name), shape);
        }
        return new TreeSet<>(given);
    }

    private static int number(String name, Map<String, String> texts) {
        String text = text(texts, name);
        int value;
        try {
            value = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw MESSAGES.parameterNotOfShape(name, text, "a whole number such as 30");
        }
        if (value < 0 || value > MOST) {
            throw MESSAGES.parameterOutOfRange(name, text, "at least 0 and at most " + MOST);
        }
        return value;
    }

    private static boolean flag(String name, Map<String, String> texts) {
        String text = text(texts, name);
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw MESSAGES.parameterNotOfShape(name, text, "true or false");
        };
    }
}
