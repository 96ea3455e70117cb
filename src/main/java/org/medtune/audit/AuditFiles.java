package org.medtune.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of a log: the one that is written, and those that were full, whose names tell their first and last lines.
 *
 * @param folder holds nothing else that ends in {@code .jsonl}
 */
record AuditFiles(Path folder) {

    private static final String CURRENT = "audit.jsonl";
    private static final Pattern FULL = Pattern.compile("audit-(\\d{12})-(\\d{12})\\.jsonl");

    Path current() {
        return folder.resolve(CURRENT);
    }

    Path full(long first, long last) {
        return folder.resolve(String.format(Locale.ROOT, "audit-%012d-%012d.jsonl", first, last));
    }

    /** All there are, in the order of their lines. */
    List<Path> all() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            // the names of full files sort as their numbers do, and before the current one's
            return files.filter(file -> isFull(file) || file.equals(current())).sorted((one, other) ->
                    isFull(one) && isFull(other) ? one.compareTo(other) : Boolean.compare(isFull(other), isFull(one)))
                    .toList();
        }
    }

    private static boolean isFull(Path file) {
        return FULL.matcher(file.getFileName().toString()).matches();
    }
}
