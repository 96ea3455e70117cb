package org.medtune.download;

/**
 * How far a download has come.
 *
 * @param bytes          there, those of earlier executions included
 * @param totalBytes     of all files
 * @param files          complete and checked
 * @param totalFiles     all of them
 * @param bytesPerSecond over the last seconds
 */
public record DownloadProgress(long bytes, long totalBytes, int files, int totalFiles, long bytesPerSecond) {

    /** From 0 to 1. */
    public double share() {
        return totalBytes == 0 ? 0 : Math.min(1, (double) bytes / totalBytes);
    }

    /** Until all bytes are there, as far as the speed tells; -1 while nothing comes. */
    public long secondsLeft() {
        return bytesPerSecond == 0 ? -1 : (totalBytes - bytes) / bytesPerSecond;
    }
}
