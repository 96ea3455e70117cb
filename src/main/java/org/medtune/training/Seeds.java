package org.medtune.training;

/** Seeds that are functions of a position: with them there is no state of a random generator to save. */
final class Seeds {

    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private Seeds() {}

    /** A non-negative seed for a position; any change of any number changes it altogether. */
    static long mix(long seed, long... position) {
        long mixed = finalizer(seed + GOLDEN_GAMMA);
        for (long number : position) {
            mixed = finalizer(mixed + GOLDEN_GAMMA * (number + 1));
        }
        // a margin below the largest long, since kernels count on from a seed
        return mixed >>> 2;
    }

    /** The output function of SplitMix64 (Steele, Lea and Flood 2014). */
    private static long finalizer(long z) {
        long a = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        long b = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
        return b ^ (b >>> 31);
    }
}
