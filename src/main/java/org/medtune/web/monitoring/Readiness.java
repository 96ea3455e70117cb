package org.medtune.web.monitoring;

import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import org.medtune.chat.ChatService;
import org.medtune.ops.MedtuneHome;

/**
 * Whether the server can do its work now.
 *
 * @param checks by name: {@code UP}, or what is wrong
 */
public record Readiness(Map<String, String> checks) {

    static final String UP = "UP";

    /** Looks at the model and at the disk; takes no time, also while a model is being loaded. */
    static Readiness of(ChatService chat, MedtuneHome home, long leastFreeBytes) {
        Map<String, String> checks = new LinkedHashMap<>();
        checks.put("model", chat.prepared() ? UP : "not loaded");
        checks.put("disk", disk(home, leastFreeBytes));
        return new Readiness(checks);
    }

    /** For whoever wants one word. */
    public String status() {
        return ready() ? UP : "DOWN";
    }

    boolean ready() {
        return checks.values().stream().allMatch(UP::equals);
    }

    private static String disk(MedtuneHome home, long leastFreeBytes) {
        try {
            long free = Files.getFileStore(home.folder()).getUsableSpace();
            return free >= leastFreeBytes ? UP
                    : (free >> 20) + " MiB free, and " + (leastFreeBytes >> 20) + " MiB are needed";
        } catch (IOException e) {
            return "cannot be read";
        }
    }
}
