package org.medtune.download;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a hub's repository holds. */
public enum RepositoryKind {
    MODEL,
    DATASET;

    /** The kind called {@code name}. */
    public static Optional<RepositoryKind> named(String name) {
        return Arrays.stream(values()).filter(kind -> kind.toString().equals(name)).findFirst();
    }

    /** All names. */
    public static List<String> names() {
        return Arrays.stream(values()).map(RepositoryKind::toString).toList();
    }

    /** The value of the parameter {@code kind}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
