package org.medtune.download;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A file of a repository.
 *
 * @param path    relative to the repository, with {@code /} between folders
 * @param bytes   its size
 * @param digest  of its content, where the hub tells one
 * @param address where it is to be had
 */
public record RepositoryFile(String path, long bytes, Optional<Digest> digest, URI address) {

    /** Nothing that could lead out of a folder, be hidden in it, or be no name on some operating system. */
    private static final Pattern SAFE = Pattern.compile("(?:[^/\\\\:*?\"<>|\\p{Cntrl}]+/)*[^/\\\\:*?\"<>|\\p{Cntrl}]+");

    /**
     * @throws org.medtune.InvalidInputException if the path could be one outside of the repository's folder, or the
     *     size is negative
     */
    public RepositoryFile {
        boolean safe = SAFE.matcher(path).matches() && path.length() <= 1024;
        for (String part : path.split("/")) {
            safe &= !part.equals(".") && !part.equals("..") && !part.endsWith(" ") && !part.endsWith(".");
        }
        if (!safe || bytes < 0) {
            throw MESSAGES.repositoryFileUnsafe(path, bytes);
        }
    }
}
