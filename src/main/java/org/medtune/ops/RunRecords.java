package org.medtune.ops;

import java.util.List;
import org.medtune.RecoverableException;

/** The job repository, as far as a purge needs it. */
public interface RunRecords {

    /**
     * Every run that has an execution, in any order.
     *
     * @throws RecoverableException if the repository cannot be read
     */
    List<RecordedRun> all();

    /**
     * Removes a run with all of its executions and steps, unless it has been restarted since it was read. All of it or
     * nothing is removed.
     *
     * @return whether it has been removed, or was not there any more
     * @throws RecoverableException if the repository refuses
     */
    boolean remove(RecordedRun run);
}
