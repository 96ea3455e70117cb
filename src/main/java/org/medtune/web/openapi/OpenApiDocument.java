package org.medtune.web.openapi;

import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.ExternalDocumentation;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Paths;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import io.swagger.v3.oas.models.servers.Server;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Application;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.medtune.web.rest.OpenAiApplication;
import org.medtune.web.rest.OpenAiError;
import org.medtune.web.rest.Problem;
import org.medtune.web.rest.RestApplication;

/** The description of {@code /api} and {@code /v1}: every registered resource, and what servlets serve there. */
public final class OpenApiDocument {

    private static final String VERSION = "3.0.3";
    private static final String CONTEXT = "/medtune";
    private static final String PASSWORD = "password";
    private static final String TOKEN = "token";

    private OpenApiDocument() {
    }

    /** Makes the document. */
    public static OpenAPI make() {
        ModelDescriptions descriptions = new ModelDescriptions();
        ModelConverters.getInstance().addConverter(descriptions);
        try {
            OpenAPI document = new OpenAPI().openapi(VERSION).info(info())
                    .externalDocs(new ExternalDocumentation().url("https://www.rfc-editor.org/rfc/rfc9457")
                            .description("Errors of /api are problem details"))
                    .servers(List.of(new Server().url(CONTEXT).description("The server that this comes from")))
                    .paths(new Paths())
                    .components(new Components().addSecuritySchemes(PASSWORD, new SecurityScheme()
                                    .type(SecurityScheme.Type.HTTP).scheme("basic")
                                    .description("A user and a password"))
                            .addSecuritySchemes(TOKEN, new SecurityScheme().type(SecurityScheme.Type.HTTP)
                                    .scheme("bearer").description("A token that a user has made")))
                    .security(List.of(new SecurityRequirement().addList(PASSWORD),
                            new SecurityRequirement().addList(TOKEN)));
            read(document, new RestApplication(), Set.of(AnswerEventsDescription.class, RunEventsDescription.class),
                    Problem.class);
            read(document, new OpenAiApplication(), Set.of(), OpenAiError.class);
            JobParameterSchemas.addTo(document.getComponents());
            ChatCompletionSchemas.addTo(document.getComponents());
            descriptions.describe(document.getComponents());
            document.getComponents().setSchemas(new TreeMap<>(document.getComponents().getSchemas()));
            return document;
        } finally {
            ModelConverters.getInstance().removeConverter(descriptions);
        }
    }

    /** Adds an application's resources, and descriptions of what servlets serve below its path. */
    private static void read(OpenAPI document, Application application, Set<Class<?>> more, Class<?> error) {
        Set<Class<?>> resources = new LinkedHashSet<>(more);
        application.getClasses().stream().filter(type -> type.isAnnotationPresent(Path.class)).forEach(resources::add);
        DescribedReader reader = new DescribedReader(error);
        reader.setApplication(application);
        OpenAPI part = reader.describe(resources);
        new TreeMap<>(part.getPaths()).forEach(document.getPaths()::addPathItem);
        part.getComponents().getSchemas().forEach(document.getComponents()::addSchemas);
    }

    private static Info info() {
        return new Info().title("medtune").version("1").license(new License().name("Apache-2.0")
                        .url("https://www.apache.org/licenses/LICENSE-2.0"))
                .description("""
                        Fine-tunes medical reasoning models, and answers with them. Below /api are runs of jobs, \
                        models, datasets, adapters and conversations; below /v1 is what clients of OpenAI's chat API \
                        ask for.

                        Requests that change something have the content type application/json, even without a body; \
                        only files are sent as application/octet-stream. Errors of /api are application/problem+json \
                        with the id of a message, which the handbook explains (docs/messages.md); those of /v1 are of \
                        OpenAI's form.""");
    }
}
