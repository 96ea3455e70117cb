package org.medtune.web.rest;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.medtune.catalogue.Models;

/** The base models of the site. */
@Path("models")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
public class ModelsResource {

    @Inject
    private Models models;

    /**
     * All of them, by name; downloads that are not complete at the end.
     *
     * @param models by name
     */
    public record ModelList(List<ModelView> models) {
    }

    /** Lists the base models of the site by name; downloads that are not complete at the end. */
    @GET
    public ModelList list() {
        return new ModelList(models.list().stream().map(ModelView::of).toList());
    }

    /**
     * Shows a base model.
     *
     * @param name of the model
     */
    @GET
    @Path("{name}")
    public ModelView show(@PathParam("name") String name) {
        return ModelView.of(models.find(name));
    }
}
