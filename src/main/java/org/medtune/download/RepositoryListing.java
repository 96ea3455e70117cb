package org.medtune.download;

import java.util.List;

/**
 * The files of a repository.
 *
 * @param commit what the revision stands for, where the hub tells; else the revision
 * @param files  all of them, sorted by path
 */
public record RepositoryListing(String commit, List<RepositoryFile> files) {

    /** Bytes of all files. */
    long bytes() {
        return files.stream().mapToLong(RepositoryFile::bytes).sum();
    }
}
