package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.InputStream;
import org.medtune.catalogue.Datasets;
import org.medtune.catalogue.Models;
import org.medtune.catalogue.Preview;
import org.medtune.catalogue.Upload;
import org.medtune.catalogue.Uploads;

/** Datasets that are sent: each is read and can be looked at before it is kept. */
@Path("uploads")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
public class UploadsResource {

    @Inject
    private Uploads uploads;

    @Inject
    private Datasets datasets;

    @Inject
    private Models models;

    @Context
    private UriInfo uri;

    /**
     * Takes a dataset as it is, to be looked at before it is kept.
     *
     * @param name    of the file; its end tells the format
     * @param length  bytes of the file
     * @param content the bytes of the file
     */
    @POST
    @Consumes(MediaType.APPLICATION_OCTET_STREAM)
    @ApiResponse(responseCode = "201", description = "What is known of the file",
            content = @Content(schema = @Schema(implementation = UploadView.class)))
    public Response send(@QueryParam("name") String name, @Parameter(hidden = true)
                         @HeaderParam(HttpHeaders.CONTENT_LENGTH) String length,
                         InputStream content) {
        if (name == null) {
            throw MESSAGES.bodyLacks("name");
        }
        long announced = length != null && length.matches("\\d{1,18}") ? Long.parseLong(length) : -1;
        Upload upload = uploads.receive(name, announced, content);
        return Response.created(uri.getAbsolutePathBuilder().path(upload.id()).build())
                .entity(UploadView.of(upload)).build();
    }

    /**
     * Tells what is known of an upload, read by other fields if the query names three.
     *
     * @param id    of the upload
     * @param query the fields
     */
    @GET
    @Path("{id}")
    public UploadView show(@PathParam("id") String id, @BeanParam PreviewQuery query) {
        return UploadView.of(uploads.find(id, query.fields()));
    }

    /**
     * Shows a row in the prompt template, cut into a model's tokens.
     *
     * @param id    of the upload
     * @param query what to show
     */
    @GET
    @Path("{id}/preview")
    public Preview preview(@PathParam("id") String id, @BeanParam PreviewQuery query) {
        return query.preview(uploads.file(id), models);
    }

    /**
     * Puts an upload among the datasets.
     *
     * @param id of the upload
     */
    @POST
    @Path("{id}/keep")
    @Consumes(MediaType.APPLICATION_JSON)
    public DatasetView keep(@PathParam("id") String id) {
        return DatasetView.of(datasets.find(uploads.keep(id)));
    }

    /**
     * Forgets an upload.
     *
     * @param id of the upload
     */
    @DELETE
    @Path("{id}")
    public void discard(@PathParam("id") String id) {
        uploads.discard(id);
    }
}
