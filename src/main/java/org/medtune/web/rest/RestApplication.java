package org.medtune.web.rest;

import jakarta.ws.rs.ApplicationPath;
import org.glassfish.jersey.jackson.JacksonFeature;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;

/** The REST interface, at {@code /medtune/api}. */
@ApplicationPath("/api")
public final class RestApplication extends ResourceConfig {

    public RestApplication() {
        // Jackson's own mappers would tell a caller the names of our classes
        register(JacksonFeature.withoutExceptionMappers());
        register(AdaptersResource.class);
        register(AccountResource.class);
        register(AuditResource.class);
        register(ChatResource.class);
        register(ConversationsResource.class);
        register(DatasetsResource.class);
        register(DownloadsResource.class);
        register(EvaluationsResource.class);
        register(ExportsResource.class);
        register(JobsResource.class);
        register(MessagesResource.class);
        register(OpenApiResource.class);
        register(PublicationResource.class);
        register(PurgesResource.class);
        register(RunComparisonResource.class);
        register(ModelsResource.class);
        register(RunExecutionsResource.class);
        register(RunLogResource.class);
        register(UploadsResource.class);
        register(UsersResource.class);
        register(JsonOnlyFilter.class);
        register(ProblemMapper.class);
        // an error without a body goes through ProblemMapper too, and not to the server's HTML page
        property(ServerProperties.RESPONSE_SET_STATUS_OVER_SEND_ERROR, true);
        property(ServerProperties.WADL_FEATURE_DISABLE, true);
    }
}
