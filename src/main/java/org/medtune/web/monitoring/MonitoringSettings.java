package org.medtune.web.monitoring;

import org.medtune.ops.Setting;

/**
 * What a site decides about monitoring.
 *
 * @param leastFreeBytes on the disk of MEDTUNE_HOME, below which the server is not ready
 * @param preload        whether the chat's model is loaded when the server starts, and not at the first question
 */
public record MonitoringSettings(long leastFreeBytes, boolean preload) {

    private static final int USUAL_MEBIBYTES = 2048;

    /**
     * MEDTUNE_DISK_LEAST_MIB and MEDTUNE_CHAT_PRELOAD of this process' environment.
     *
     * @throws org.medtune.InvalidInputException if one of them will not do
     */
    static MonitoringSettings ofEnvironment() {
        return new MonitoringSettings((long) Setting.number("disk.least.mib", USUAL_MEBIBYTES, 0) << 20,
                Setting.isOn("chat.preload"));
    }
}
