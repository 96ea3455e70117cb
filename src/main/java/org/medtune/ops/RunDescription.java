package org.medtune.ops;

import java.util.Map;

/**
 * A run's {@code run.json}: what a person, or a later version, needs to know to make sense of its folder.
 *
 * @param instanceId the job instance
 * @param created    when its first execution was created, ISO 8601 in UTC
 * @param parameters what the operator gave at the latest start or restart
 * @param beginning  what the run began with; null before that is known
 */
public record RunDescription(
        long instanceId, String created, Map<String, String> parameters, RunBeginning beginning) {

    boolean belongsTo(RunKey key) {
        return instanceId == key.instanceId() && created.equals(key.created().toString());
    }
}
