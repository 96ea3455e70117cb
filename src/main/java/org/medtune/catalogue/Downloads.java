package org.medtune.catalogue;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.medtune.download.DownloadProgress;

/** The progress of the downloads that this server is executing: written by the job's thread, read by every page. */
public final class Downloads {

    private final Map<Long, DownloadProgress> byInstance = new ConcurrentHashMap<>();

    /** Replaces what was known about the download. */
    public void show(long instanceId, DownloadProgress progress) {
        byInstance.put(instanceId, progress);
    }

    /** The execution has ended. */
    public void remove(long instanceId) {
        byInstance.remove(instanceId);
    }

    /** The download's progress, or nothing if this server is not executing it. */
    public Optional<DownloadProgress> find(long instanceId) {
        return Optional.ofNullable(byInstance.get(instanceId));
    }
}
