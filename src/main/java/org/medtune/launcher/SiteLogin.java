package org.medtune.launcher;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/**
 * How the launcher proves itself to the application: with the token in the environment's MEDTUNE_TOKEN, or as the first
 * user, whose password the server keeps in a file until somebody deletes it.
 *
 * @param header the content of the header Authorization
 * @param words  tells a person how to log in
 */
record SiteLogin(String header, String words) {

    /**
     * What there is on this site.
     *
     * @throws org.medtune.InvalidInputException if there is neither
     */
    static SiteLogin of(Site site) throws IOException {
        String token = System.getenv("MEDTUNE_TOKEN");
        if (token != null && !token.isBlank()) {
            return new SiteLogin("Bearer " + token.strip(), "with a name of your own");
        }
        Path file = site.users().resolve("administrator-password.txt");
        if (!Files.exists(file)) {
            throw MESSAGES.launcherNotLoggedIn(file);
        }
        String[] pair = Files.readString(file).strip().split(" ", 2);
        byte[] credentials = String.join(":", pair).getBytes(StandardCharsets.UTF_8);
        return new SiteLogin("Basic " + Base64.getEncoder().encodeToString(credentials),
                "user " + pair[0] + ", password " + pair[1] + " (kept in " + file + "; change it)");
    }
}
