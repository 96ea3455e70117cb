package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.time.Duration;
import java.util.Locale;

/**
 * What a site decides about recovery.
 *
 * @param expiry      how long a server may be silent before others take it for dead
 * @param beat        how often it says that it lives; at most half of that
 * @param autoRestart whether interrupted executions are restarted without an operator
 */
public record RecoverySettings(Duration expiry, Duration beat, boolean autoRestart) {

    /** An execution whose run was interrupted this often waits for an operator: it may be what ends the server. */
    public static final int MOST_INTERRUPTIONS = 3;

    /** Several beats may be lost before a server is taken for dead. */
    private static final int BEATS_AN_EXPIRY = 6;

    private static final String LEASE = "MEDTUNE_RECOVERY_LEASE_SECONDS";
    private static final String HEARTBEAT = "MEDTUNE_RECOVERY_HEARTBEAT_SECONDS";

    /**
     * The settings of this process: MEDTUNE_RECOVERY_LEASE_SECONDS (30), MEDTUNE_RECOVERY_HEARTBEAT_SECONDS (a sixth of
     * that) and MEDTUNE_RECOVERY_AUTO_RESTART (false) of its environment, or the system properties of these names in
     * lower case with dots, which win.
     *
     * @throws org.medtune.InvalidInputException if one of them is neither, or the two times do not go together
     */
    public static RecoverySettings ofEnvironment() {
        return of(setting(LEASE, "30"), setting(HEARTBEAT, ""), setting("MEDTUNE_RECOVERY_AUTO_RESTART", "false"));
    }

    static RecoverySettings of(String leaseSeconds, String heartbeatSeconds, String autoRestart) {
        Duration expiry = seconds(LEASE, leaseSeconds);
        Duration beat = heartbeatSeconds.isEmpty() ? expiry.dividedBy(BEATS_AN_EXPIRY)
                : seconds(HEARTBEAT, heartbeatSeconds);
        if (beat.multipliedBy(2).compareTo(expiry) > 0) {
            throw MESSAGES.heartbeatTooSlow(beat.toSeconds(), expiry.toSeconds());
        }
        if (!autoRestart.equals("true") && !autoRestart.equals("false")) {
            throw MESSAGES.settingNeitherTrueNorFalse("MEDTUNE_RECOVERY_AUTO_RESTART", autoRestart);
        }
        return new RecoverySettings(expiry, beat, autoRestart.equals("true"));
    }

    private static Duration seconds(String name, String text) {
        if (!text.matches("[1-9]\\d{0,4}")) {
            throw MESSAGES.settingNotANumber(name, text);
        }
        return Duration.ofSeconds(Long.parseLong(text));
    }

    private static String setting(String name, String standard) {
        String property = System.getProperty(name.toLowerCase(Locale.ROOT).replace('_', '.'));
        String text = property != null ? property : System.getenv(name);
        return text == null || text.isBlank() ? standard : text.strip();
    }
}
