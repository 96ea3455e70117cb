package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.Locale;

/** What a site decides, as a system property {@code medtune.NAME} or as MEDTUNE_NAME in the server's environment. */
public final class Setting {

    private Setting() {
    }

    /**
     * Whether a setting is {@code true}; the property wins.
     *
     * @throws org.medtune.InvalidInputException if it is neither {@code true} nor {@code false}
     */
    public static boolean isOn(String name) {
        String text = text(name, "false").strip();
        if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
            throw MESSAGES.settingWrong(variable(name), text, "true or false");
        }
        return text.equalsIgnoreCase("true");
    }

    /**
     * A whole number; the property wins.
     *
     * @throws org.medtune.InvalidInputException if it is none, or less than the least
     */
    public static int number(String name, int usual, int least) {
        String text = text(name, Integer.toString(usual)).strip();
        try {
            int number = Integer.parseInt(text);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below, with the same sentence
        }
        throw MESSAGES.settingWrong(variable(name), text, "a whole number from " + least + " to " + Integer.MAX_VALUE);
    }

    /** A text; the property wins. */
    public static String text(String name, String usual) {
        String environment = System.getenv(variable(name));
        return System.getProperty("medtune." + name,
                environment == null || environment.isBlank() ? usual : environment);
    }

    private static String variable(String name) {
        return "MEDTUNE_" + name.toUpperCase(Locale.ROOT).replace('.', '_');
    }
}
