package org.medtune.testing;

/**
 * How far tests of long runs go. Each has a length for every build, at which what it looks for shows already, and the whole
 * one, which {@code -Dmedtune.it.whole=true} asks for.
 */
public final class WholeLength {

    private static final boolean WANTED = Boolean.getBoolean("medtune.it.whole");

    private WholeLength() {}

    /** The whole length if that is wanted, otherwise the one for every build. */
    public static int or(int forEveryBuild, int whole) {
        return WANTED ? whole : forEveryBuild;
    }
}
