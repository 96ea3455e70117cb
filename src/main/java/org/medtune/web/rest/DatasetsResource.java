package org.medtune.web.rest;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.medtune.batch.DatasetDeletion;
import org.medtune.catalogue.Datasets;
import org.medtune.catalogue.Models;
import org.medtune.catalogue.Preview;

/** The datasets of the site: list, show, look at a row, delete. A name may have folders before it. */
@Path("datasets")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
public class DatasetsResource {

    @Inject
    private Datasets datasets;

    @Inject
    private Models models;

    @Inject
    private DatasetDeletion deletion;

    /**
     * All of them, by name.
     *
     * @param datasets by name
     */
    public record DatasetList(List<DatasetView> datasets) {
    }

    /** Lists the datasets of the site by name. */
    @GET
    public DatasetList list() {
        return new DatasetList(datasets.list().stream().map(DatasetView::of).toList());
    }

    /**
     * Shows a dataset.
     *
     * @param name of the dataset, with the folders before it
     */
    @GET
    @Path("{name: .+}")
    public DatasetView show(@PathParam("name") String name) {
        return DatasetView.of(datasets.find(name));
    }

    /**
     * Shows a row in the prompt template, cut into a model's tokens.
     *
     * @param name  of the dataset, with the folders before it
     * @param query what to show
     */
    @GET
    @Path("{name: .+}/preview")
    public Preview preview(@PathParam("name") String name, @BeanParam PreviewQuery query) {
        return query.preview(datasets.file(name), models);
    }

    /**
     * Deletes a dataset that no run is reading.
     *
     * @param name of the dataset, with the folders before it
     */
    @DELETE
    @Path("{name: .+}")
    public void delete(@PathParam("name") String name) {
        deletion.delete(name);
    }
}
