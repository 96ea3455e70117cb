package org.medtune.launcher;

/**
 * Run by the build before it replaces the server's folder: stops the server that runs from it, which would otherwise
 * lose its files while it works. Its runs stop at their next checkpoint and can be restarted afterwards.
 */
public final class BeforePackaging {

    private BeforePackaging() {
    }

    /** Stops the server, if there is one. */
    public static void main(String[] arguments) {
        Site site = Site.ofSystemProperties();
        if (new ServerProcess(site).stop()) {
            System.out.println("Stopped the server that ran from " + site.server() + ", which is now built anew");
        }
    }
}
