package org.medtune.download;

import java.util.Locale;

/** What a hub's repository holds. */
public enum RepositoryKind {
    MODEL,
    DATASET;

    /** The value of the parameter {@code kind}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
