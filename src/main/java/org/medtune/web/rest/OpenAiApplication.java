package org.medtune.web.rest;

import jakarta.ws.rs.ApplicationPath;
import org.glassfish.jersey.jackson.JacksonFeature;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;

/** The part of OpenAI's API that chat clients use, at {@code /medtune/v1}. */
@ApplicationPath("/v1")
public final class OpenAiApplication extends ResourceConfig {

    public OpenAiApplication() {
        register(JacksonFeature.withoutExceptionMappers());
        register(OpenAiResource.class);
        register(JsonOnlyFilter.class);
        register(OpenAiErrorMapper.class);
        // what is written goes out at once, not when some kilobytes have come together
        property(ServerProperties.OUTBOUND_CONTENT_LENGTH_BUFFER, 0);
        property(ServerProperties.RESPONSE_SET_STATUS_OVER_SEND_ERROR, true);
        property(ServerProperties.WADL_FEATURE_DISABLE, true);
    }
}
