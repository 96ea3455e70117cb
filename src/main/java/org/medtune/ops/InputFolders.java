package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.medtune.InvalidInputException;

/**
 * The folders below which parameters of jobs may name files. Whoever may start a run can so not have the server read
 * what else its account may read, such as the users' password hashes, and show it in a preview, an error or an answer.
 *
 * @param paths the folders, absolute; they need not exist
 */
public record InputFolders(List<Path> paths) {

    public InputFolders {
        paths = List.copyOf(paths);
    }

    /** These and more. */
    InputFolders and(Path... more) {
        return new InputFolders(Stream.concat(paths.stream(), Stream.of(more)).toList());
    }

    /**
     * Lets through what lies below one of the folders, also when all links are followed. Whether something is there is
     * not told of other places.
     *
     * @param parameter that names it
     * @param given     its value
     * @param path      what the value stands for, absolute
     * @return the path
     * @throws InvalidInputException if it lies elsewhere
     */
    Path require(String parameter, String given, Path path) {
        Path normal = path.normalize();
        boolean below = paths.stream().anyMatch(folder -> normal.startsWith(folder) || normal.startsWith(real(folder)));
        Path target = real(normal);
        if (below && paths.stream().anyMatch(folder -> target.startsWith(real(folder)))) {
            return normal;
        }
        throw MESSAGES.outsideOfInputFolders(parameter, given,
                paths.stream().map(Path::toString).collect(Collectors.joining(", ")));
    }

    /** Where links lead; of what is not there, where those of the nearest folder above it lead. */
    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            Path parent = path.getParent();
            return parent == null || path.getFileName() == null ? path : real(parent).resolve(path.getFileName());
        }
    }
}
