package org.medtune.download;

/**
 * A file that was fetched and checked.
 *
 * @param path   relative to its folder
 * @param bytes  its size
 * @param digest null where the hub told none, so that only the size was checked
 */
public record CheckedFile(String path, long bytes, Digest digest) {
}
