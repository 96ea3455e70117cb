package org.medtune.web.rest;

import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.enterprise.context.RequestScoped;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;

/** The description of this interface by OpenAPI, which the build has made. */
@Path("/")
@RequestScoped
public class OpenApiResource {

    private static final String YAML = "application/yaml";

    /** Describes every address of this interface by OpenAPI 3.0, as JSON. */
    @GET
    @Path("openapi.json")
    @Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    @ApiResponse(responseCode = "200", description = "This document",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(type = "object")))
    public InputStream json() {
        return OpenApiResource.class.getResourceAsStream("/openapi/openapi.json");
    }

    /** Describes the same as YAML. */
    @GET
    @Path("openapi.yaml")
    @Produces({YAML, Problem.MEDIA_TYPE})
    @ApiResponse(responseCode = "200", description = "This document",
            content = @Content(mediaType = YAML, schema = @Schema(type = "string")))
    public InputStream yaml() {
        return OpenApiResource.class.getResourceAsStream("/openapi/openapi.yaml");
    }
}
