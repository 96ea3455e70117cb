package org.medtune.ops;

import java.time.Instant;

/**
 * What tells a run from all others. An instance id alone does not: a new job repository counts from 1 again, while the
 * folders of the old one's runs are still there.
 *
 * @param instanceId the job instance, the same for a run and all its restarts
 * @param created    when the run's first execution was created
 */
public record RunKey(long instanceId, Instant created) {

    /** The id of the job whose instances are runs. */
    public static final String JOB = "fine-tune";

    /** The name of the run's folder. */
    public String folderName() {
        return JOB + "-" + instanceId;
    }
}
