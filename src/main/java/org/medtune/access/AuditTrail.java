package org.medtune.access;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.medtune.audit.AuditEvent;
import org.medtune.audit.AuditLog;

/**
 * Records in the audit log what the present thread's caller does.
 *
 * @param log       where to
 * @param questions whether the text of questions is recorded too
 */
public record AuditTrail(AuditLog log, boolean questions) {

    /** What acts where nobody has asked the application: the server's console and command line, and its resumption. */
    public static final String CONSOLE = "console";

    /** What acts where no user does: jobs, and the server itself. */
    public static final String SERVER = "server";

    /** The outcome of what has succeeded. */
    public static final String DONE = "done";
    private static final Pattern SECRET = Pattern.compile("(?i)password|secret|token$|\\.key$");

    /**
     * Records what was done.
     *
     * @throws org.medtune.RecoverableException if that cannot be recorded
     */
    public void done(String action, String target) {
        record(action, target, DONE, Map.of());
    }

    /**
     * Records what came of something.
     *
     * @throws org.medtune.RecoverableException if that cannot be recorded
     */
    public void record(String action, String target, String outcome, Map<String, String> details) {
        Caller caller = Caller.current();
        log.record(new AuditEvent(caller == null ? SERVER : caller.name(), caller == null ? "" : caller.address(),
                action, target, outcome, withoutSecrets(details)));
    }

    /**
     * Records what was done without the application having been asked.
     *
     * @throws org.medtune.RecoverableException if that cannot be recorded
     */
    public void recordOfConsole(String action, String target, Map<String, String> details) {
        log.record(new AuditEvent(CONSOLE, "", action, target, DONE, withoutSecrets(details)));
    }

    /**
     * Records what somebody did who is not, or not yet, the caller: a login.
     *
     * @param target where: empty for this server's own users
     */
    public void recordOf(String name, String address, String action, String target, String outcome) {
        log.record(new AuditEvent(name, address, action, target, outcome, Map.of()));
    }

    /** Records a question if this site wants that. */
    public void question(String model, String question) {
        if (questions) {
            record("question", model, DONE, Map.of("question", question));
        }
    }

    private static Map<String, String> withoutSecrets(Map<String, String> details) {
        Map<String, String> told = new TreeMap<>(details);
        told.replaceAll((name, value) -> SECRET.matcher(name).find() ? "…" : value);
        return told;
    }
}
