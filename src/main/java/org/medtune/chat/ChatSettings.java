package org.medtune.chat;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.time.Duration;
import java.util.Locale;
import org.medtune.generation.GenerationLimits;

/**
 * What a site decides about its chat.
 *
 * @param model      the resident base model: a path, or a name under the models' folder
 * @param device     where it answers, a replica on each device: as the parameter {@code device} of a run
 * @param limits     how much is answered at once
 * @param keepEnded  how long an ended answer can still be read
 * @param unattended how long an answer goes on without anybody who waits for it
 */
public record ChatSettings(String model, String device, GenerationLimits limits, Duration keepEnded,
        Duration unattended) {

    private static final String DEFAULT_MODEL = "tiny-med-qwen2";
    private static final String DEFAULT_DEVICE = "auto";
    private static final long DEFAULT_CACHE_MEBIBYTES = 2048;
    private static final int SEQUENCES = 32;
    private static final int WAITING = 256;
    private static final int OPEN_OF_USER = 32;

    /**
     * The settings of this process: MEDTUNE_CHAT_MODEL, MEDTUNE_CHAT_DEVICE and MEDTUNE_CHAT_CACHE_MIB of its
     * environment, or the system properties {@code medtune.chat.model}, {@code medtune.chat.device} and
     * {@code medtune.chat.cache.mib}, which win.
     *
     * @throws org.medtune.InvalidInputException if a number is none
     */
    public static ChatSettings ofEnvironment() {
        return of(setting("MEDTUNE_CHAT_MODEL", DEFAULT_MODEL), setting("MEDTUNE_CHAT_DEVICE", DEFAULT_DEVICE),
                number("MEDTUNE_CHAT_CACHE_MIB", DEFAULT_CACHE_MEBIBYTES));
    }

    /**
     * Settings with the usual limits.
     *
     * @param cacheMebibytes the most memory, on each device, for the conversations that are being answered
     */
    static ChatSettings of(String model, String device, long cacheMebibytes) {
        return new ChatSettings(model, device,
                new GenerationLimits(SEQUENCES, WAITING, OPEN_OF_USER, cacheMebibytes << 20, Duration.ofMinutes(1)),
                Duration.ofMinutes(10), Duration.ofSeconds(30));
    }

    private static long number(String name, long standard) {
        String text = setting(name, Long.toString(standard));
        if (!text.matches("[1-9]\\d{0,8}")) {
            throw MESSAGES.settingNotANumber(name, text);
        }
        return Long.parseLong(text);
    }

    private static String setting(String name, String standard) {
        String property = System.getProperty(name.toLowerCase(Locale.ROOT).replace('_', '.'));
        String text = property != null ? property : System.getenv(name);
        return text == null || text.isBlank() ? standard : text.strip();
    }
}
