package org.medtune.web.monitoring;

/**
 * What a site decides about monitoring.
 *
 * @param leastFreeBytes on the disk of MEDTUNE_HOME, below which the server is not ready
 * @param preload        whether the chat's model is loaded when the server starts, and not at the first question
 */
public record MonitoringSettings(long leastFreeBytes, boolean preload) {

    private static final String USUAL_MEBIBYTES = "2048";

    /** MEDTUNE_DISK_LEAST_MIB and MEDTUNE_CHAT_PRELOAD of this process' environment. */
    static MonitoringSettings ofEnvironment() {
        return new MonitoringSettings(Long.parseLong(setting("MEDTUNE_DISK_LEAST_MIB", USUAL_MEBIBYTES)) << 20,
                Boolean.parseBoolean(setting("MEDTUNE_CHAT_PRELOAD", "false")));
    }

    private static String setting(String name, String usual) {
        String value = System.getenv(name);
        return value == null || value.isBlank() ? usual : value.strip();
    }
}
