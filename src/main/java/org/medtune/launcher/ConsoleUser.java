package org.medtune.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * A first user for the console, on a site that has none. The file is the one that add-user writes, and so is the form:
 * {@code name=HEX(MD5(name:realm:password))}. It is written here and not by that script, because every user of the
 * machine can read a script's arguments.
 *
 * @param name     to log in with
 * @param password random
 */
record ConsoleUser(String name, String password) {

    static final String PASSWORD_FILE = "console-password.txt";

    private static final String NAME = "admin";
    private static final String REALM = "ManagementRealm";
    private static final int PASSWORD_BYTES = 18;

    /**
     * Adds the user if there is none, and keeps the password in a file that only its owner can read.
     *
     * @param folder of the server's users
     * @return the new user, or nothing if there was one
     */
    static Optional<ConsoleUser> createIfNone(Path folder) throws IOException {
        Path users = folder.resolve("mgmt-users.properties");
        if (Files.readAllLines(users).stream().anyMatch(line -> line.matches("\\s*[^#=\\s]+\\s*=.*"))) {
            return Optional.empty();
        }
        byte[] random = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(random);
        ConsoleUser user = new ConsoleUser(NAME, Base64.getUrlEncoder().encodeToString(random));
        Path passwordFile = folder.resolve(PASSWORD_FILE);
        Files.deleteIfExists(passwordFile);
        Files.createFile(passwordFile, ownerOnly());
        Files.writeString(passwordFile, user.name + " " + user.password + "\n");
        Files.writeString(users, "\n" + user.name + "=" + user.digest() + "\n", StandardOpenOption.APPEND);
        return Optional.of(user);
    }

    String digest() {
        try {
            byte[] text = (name + ":" + REALM + ":" + password).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }

    static FileAttribute<?>[] ownerOnly() {
        Set<String> views = FileSystems.getDefault().supportedFileAttributeViews();
        return views.contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))}
                : new FileAttribute<?>[0];
    }
}
