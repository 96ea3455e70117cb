package org.medtune.launcher;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The project's folders and the server's addresses, as the launcher finds them. A site that starts its server with
 * MEDTUNE_HOME set sets it here too.
 *
 * @param project    the project's folder
 * @param home       what the server writes
 * @param portOffset added to the usual ports
 */
record Site(Path project, Path home, int portOffset) {

    private static final int HTTP_PORT = 8080;
    private static final int MANAGEMENT_PORT = 9990;
    private static final String PARAMETER_PREFIX = "job.";

    static Site ofSystemProperties() {
        Path project = Path.of(System.getProperty("medtune.project", "")).toAbsolutePath().normalize();
        String home = System.getenv("MEDTUNE_HOME");
        return new Site(project,
                home == null || home.isBlank() ? project.resolve("var") : Path.of(home).toAbsolutePath(),
                Integer.getInteger("medtune.port.offset", 0));
    }

    /** Job parameters that were given as {@code -Djob.NAME=VALUE}. */
    static Map<String, String> jobParameters() {
        Map<String, String> parameters = new TreeMap<>();
        System.getProperties().stringPropertyNames().stream().filter(name -> name.startsWith(PARAMETER_PREFIX))
                .forEach(name -> parameters.put(name.substring(PARAMETER_PREFIX.length()), System.getProperty(name)));
        return parameters;
    }

    Path server() {
        return project.resolve("target/server");
    }

    /** Written by the server's start script: the script's process id. */
    Path processIdFile() {
        return home.resolve("server.pid");
    }

    Path consoleLog() {
        return home.resolve("log/console.log");
    }

    Path users() {
        return home.resolve("users");
    }

    int httpPort() {
        return HTTP_PORT + portOffset;
    }

    int managementPort() {
        return MANAGEMENT_PORT + portOffset;
    }

    /** Where the application is, with a slash at the end. */
    URI application() {
        return URI.create("http://localhost:" + httpPort() + "/medtune/");
    }

    URI console() {
        return URI.create("http://localhost:" + managementPort() + "/console");
    }
}
