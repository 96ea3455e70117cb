package org.medtune.web.access;

import java.util.Locale;

/** What a site decides, as a system property {@code medtune.NAME} or as MEDTUNE_NAME in the server's environment. */
final class Setting {

    private Setting() {
    }

    /** Whether a setting is {@code true}; the property wins. */
    static boolean isOn(String name) {
        return Boolean.parseBoolean(text(name, "false"));
    }

    /** A number; the property wins. */
    static int number(String name, int usual) {
        return Integer.parseInt(text(name, Integer.toString(usual)).strip());
    }

    /** A text; the property wins. */
    static String text(String name, String usual) {
        String environment = System.getenv("MEDTUNE_" + name.toUpperCase(Locale.ROOT).replace('.', '_'));
        return System.getProperty("medtune." + name,
                environment == null || environment.isBlank() ? usual : environment);
    }
}
