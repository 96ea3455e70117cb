package org.medtune.web.openapi;

import io.swagger.v3.core.util.Json;
import io.swagger.v3.core.util.Yaml;
import io.swagger.v3.oas.models.OpenAPI;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Run by the build when the classes are compiled: writes the document beside them, as JSON and as YAML. */
public final class OpenApiBuild {

    private OpenApiBuild() {
    }

    /**
     * Writes the two files.
     *
     * @param arguments the folder to write into, which is made
     */
    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        OpenAPI document = OpenApiDocument.make();
        Files.writeString(folder.resolve("openapi.json"), Json.pretty(document));
        Files.writeString(folder.resolve("openapi.yaml"), Yaml.pretty(document));
    }
}
