package org.medtune.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that makes a run the run that it is, by name: base model, dataset, LoRA and schedule. A checkpoint belongs to one
 * fingerprint.
 *
 * @param values value by job parameter's name, in the order of the names
 */
public record RunFingerprint(Map<String, String> values) {

    /** Copies the values. */
    public RunFingerprint {
        values = new TreeMap<>(values);
    }

    /** A line for each value that differs: its name, what the other has, what this one has. */
    List<String> differencesFrom(RunFingerprint other) {
        List<String> differences = new ArrayList<>();
        TreeMap<String, String> all = new TreeMap<>(other.values);
        all.putAll(values);
        for (String name : all.keySet()) {
            String theirs = other.values.getOrDefault(name, "absent");
            String ours = values.getOrDefault(name, "absent");
            if (!theirs.equals(ours)) {
                differences.add(name + " was " + theirs + " and is now " + ours);
            }
        }
        return differences;
    }
}
