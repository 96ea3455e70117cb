package org.medtune.access;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The bearer tokens of all users, in one file. It is read again when another server that shares it has changed it, and
 * changed by one server at a time. Safe for use by many threads.
 */
public final class AccessTokens {

    /** What a token begins with, so that one that is found somewhere can be told to be ours. */
    public static final String PREFIX = "medtune_";

    /** The longest label. */
    public static final int LONGEST_LABEL = 80;

    private static final int MOST_OF_USER = 50;
    private static final int LONGEST_DAYS = 3650;
    private static final int RANDOM_BYTES = 32;
    private static final Pattern FORM = Pattern.compile(PREFIX + "[A-Za-z0-9_-]{43}");
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path file;
    private final Clock clock;
    private List<AccessToken> tokens;
    private Version version;

    /** What tells a file from another one that has taken its place, even within one tick of the file system's clock. */
    private record Version(FileTime time, long length, Object key) {
    }

    /** A token that was just made, and its secret, which is shown this once. */
    public record Made(AccessToken token, String secret) {}

    /**
     * Reads the file, if there is one.
     *
     * @throws org.medtune.RecoverableException if it cannot be read
     */
    public AccessTokens(Path file) {
        this(file, Clock.systemUTC());
    }

    AccessTokens(Path file, Clock clock) {
        this.file = file;
        this.clock = clock;
        read();
    }

    /**
     * Makes a token.
     *
     * @param days     for how long; 0 for ever
     * @param external whether the user is not one of this server's own
     * @throws org.medtune.InvalidInputException if label or days are out of range, or the user has too many tokens
     */
    public Made make(String user, String label, Set<Role> roles, boolean external, int days) {
        if (label == null || label.isBlank() || label.length() > LONGEST_LABEL) {
            throw MESSAGES.tokenLabelWrong(LONGEST_LABEL);
        }
        if (days < 0 || days > LONGEST_DAYS) {
            throw MESSAGES.tokenDaysWrong(days, LONGEST_DAYS);
        }
        byte[] random = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(random);
        String secret = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        Instant now = clock.instant();
        String hash = hash(secret);
        AccessToken token = new AccessToken(hash.substring(0, 12), user, label.strip(), roles, external,
                now.toString(), days == 0 ? null : now.plus(Duration.ofDays(days)).toString(), hash);
        change(all -> {
            if (all.stream().filter(other -> other.user().equals(user)).count() >= MOST_OF_USER) {
                throw MESSAGES.tooManyTokens(MOST_OF_USER);
            }
            return all.add(token);
        });
        return new Made(token, secret);
    }

    /** The user's, the oldest first. */
    public List<AccessToken> of(String user) {
        return current().stream().filter(token -> token.user().equals(user)).toList();
    }

    /** The token of a secret, unless it was revoked or has expired. */
    public Optional<AccessToken> find(String secret) {
        if (!FORM.matcher(secret).matches()) {
            return Optional.empty();
        }
        String hash = hash(secret);
        Instant now = clock.instant();
        return current().stream().filter(token -> token.hash().equals(hash))
                .filter(token -> token.expires() == null || now.isBefore(Instant.parse(token.expires()))).findFirst();
    }

    /**
     * Revokes a token of the user at once.
     *
     * @throws org.medtune.NotFoundException if the user has none of that id
     */
    public void revoke(String user, String id) {
        if (!change(all -> all.removeIf(token -> token.user().equals(user) && token.id().equals(id)))) {
            throw MESSAGES.noSuchToken(id);
        }
    }

    /** Revokes all of a user who is no more. */
    public void revokeAll(String user) {
        change(all -> all.removeIf(token -> token.user().equals(user)));
    }

    /** Keeps what a change makes of all tokens, and tells whether it has changed any. */
    private boolean change(Predicate<List<AccessToken>> change) {
        // of this process' threads only one waits for the lock, which is the process'
        synchronized (AccessTokens.class) {
            try {
                Files.createDirectories(file.getParent());
                try (FileChannel channel = FileChannel.open(file.resolveSibling(file.getFileName() + ".lock"),
                        StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        FileLock lock = channel.lock()) {
                    List<AccessToken> next = new ArrayList<>(current());
                    boolean changed = change.test(next);
                    if (changed) {
                        keep(next);
                    }
                    return changed;
                }
            } catch (IOException e) {
                throw MESSAGES.tokensUnusable(file, e.toString(), e);
            }
        }
    }

    private synchronized void keep(List<AccessToken> next) throws IOException {
        OwnerFile.write(file, MAPPER.writeValueAsBytes(next));
        tokens = List.copyOf(next);
        version = version();
    }

    private synchronized List<AccessToken> current() {
        if (!version.equals(version())) {
            read();
        }
        return tokens;
    }

    private void read() {
        try {
            version = version();
            tokens = Files.exists(file)
                    ? List.copyOf(MAPPER.readValue(file.toFile(), new TypeReference<List<AccessToken>>() {}))
                    : List.of();
        } catch (IOException e) {
            throw MESSAGES.tokensUnusable(file, e.toString(), e);
        }
    }

    private Version version() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Version(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        } catch (IOException e) {
            // there is none yet
            return new Version(FileTime.fromMillis(0), 0, null);
        }
    }

    private static String hash(String secret) {
        try {
            return HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java platform lacks SHA-256", e);
        }
    }
}
