package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.time.Duration;
import java.util.Locale;

/**
 * What a site decides about recovery.
 *
 * @param expiry      how long a server may be silent before others take it for dead
 * @param autoRestart whether interrupted executions are restarted without an operator
 */
public record RecoverySettings(Duration expiry, boolean autoRestart) {

    /** An execution whose run was interrupted this often waits for an operator: it may be what ends the server. */
    public static final int MOST_INTERRUPTIONS = 3;

    private static final int BEATS_AN_EXPIRY = 6;

    /**
     * The settings of this process: MEDTUNE_RECOVERY_LEASE_SECONDS (30) and MEDTUNE_RECOVERY_AUTO_RESTART (false) of its
     * environment, or the system properties of these names in lower case with dots, which win.
     *
     * @throws org.medtune.InvalidInputException if one of them is neither
     */
    public static RecoverySettings ofEnvironment() {
        return of(setting("MEDTUNE_RECOVERY_LEASE_SECONDS", "30"), setting("MEDTUNE_RECOVERY_AUTO_RESTART", "false"));
    }

    static RecoverySettings of(String leaseSeconds, String autoRestart) {
        if (!leaseSeconds.matches("[1-9]\\d{0,4}")) {
            throw MESSAGES.settingNotANumber("MEDTUNE_RECOVERY_LEASE_SECONDS", leaseSeconds);
        }
        if (!autoRestart.equals("true") && !autoRestart.equals("false")) {
            throw MESSAGES.settingNeitherTrueNorFalse("MEDTUNE_RECOVERY_AUTO_RESTART", autoRestart);
        }
        return new RecoverySettings(Duration.ofSeconds(Long.parseLong(leaseSeconds)), autoRestart.equals("true"));
    }

    /** How often a server says that it lives: several beats may be lost before it is taken for dead. */
    public Duration beat() {
        return expiry.dividedBy(BEATS_AN_EXPIRY);
    }

    private static String setting(String name, String standard) {
        String property = System.getProperty(name.toLowerCase(Locale.ROOT).replace('_', '.'));
        String text = property != null ? property : System.getenv(name);
        return text == null || text.isBlank() ? standard : text.strip();
    }
}
