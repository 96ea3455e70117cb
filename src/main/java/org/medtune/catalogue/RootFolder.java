package org.medtune.catalogue;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A folder that names from outside are confined to. A name consists of letters, digits and a few signs, begins with a
 * letter or a digit, and so is neither hidden, nor absolute, nor leads upwards; and what it names must really lie below
 * the folder, wherever links point.
 *
 * @param path the folder, absolute
 */
public record RootFolder(Path path) {

    /** The folders between the root and a file, at most. */
    static final int DEEPEST = 4;

    private static final Pattern NAME =
            Pattern.compile("[\\p{L}\\p{N}](?:[\\p{L}\\p{N} ._()+@-]{0,148}[\\p{L}\\p{N}_()+-])?");

    /**
     * Where something of that name is to be made, directly below the folder.
     *
     * @throws org.medtune.InvalidInputException if it is no name that is allowed
     */
    public Path place(String name) {
        if (!isName(name)) {
            throw MESSAGES.nameNotAllowed(name);
        }
        return path.resolve(name);
    }

    /** What is there under a name, which may have folders before it; nothing if there is nothing, or not below here. */
    public Optional<Path> find(String name) {
        String[] parts = name.split("/", -1);
        if (parts.length > DEEPEST) {
            return Optional.empty();
        }
        Path found = path;
        for (String part : parts) {
            if (!isName(part)) {
                return Optional.empty();
            }
            found = found.resolve(part);
        }
        return Optional.of(found).filter(this::holds);
    }

    /** Whether something exists, and lies below the folder when all links are followed. */
    boolean holds(Path candidate) {
        try {
            return candidate.toRealPath().startsWith(path.toRealPath());
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether somebody put a link there. */
    static boolean isLink(Path candidate) {
        return Files.exists(candidate, LinkOption.NOFOLLOW_LINKS) && Files.isSymbolicLink(candidate);
    }

    /** Whether a text is a name of one thing. */
    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }
}
