package org.medtune.web.rest;

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

    /** A file of the report that the run which published it has made: {@code report.en.html} and so on. */
    @GET
    @Path("{name}/evaluation/{file}")
    @Produces({MediaType.TEXT_HTML, MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    public Response evaluation(@PathParam("name") String name, @PathParam("file") String file) {
        return EvaluationFile.of(adapters.evaluation(name), file);
    }
}
