package org.medtune.web.rest;

import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.medtune.catalogue.Adapters;

/** The published adapters. */
@Path("adapters")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
public class AdaptersResource {

    @Inject
    private Adapters adapters;

    /**
     * All of them, by name.
     *
     * @param adapters by name
     */
    public record AdapterList(List<AdapterView> adapters) {
    }

    /** Lists the published adapters by name. */
    @GET
    public AdapterList list() {
        return new AdapterList(adapters.list().stream().map(AdapterView::of).toList());
    }

    /**
     * Shows a published adapter.
     *
     * @param name of the adapter
     */
    @GET
    @Path("{name}")
    public AdapterView show(@PathParam("name") String name) {
        return AdapterView.of(adapters.find(name));
    }

    /**
     * Gives a file of the report that the run which published an adapter has made.
     *
     * @param name of the adapter
     * @param file report.json, report.en.html or report.zh.html
     */
    @GET
    @Path("{name}/evaluation/{file}")
    @Produces({MediaType.TEXT_HTML, MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    @ApiResponse(responseCode = "200", description = "The file",
            content = @Content(mediaType = "text/html", schema = @Schema(type = "string")))
    public Response evaluation(@PathParam("name") String name, @PathParam("file") String file) {
        return EvaluationFile.of(adapters.evaluation(name), file);
    }
}
