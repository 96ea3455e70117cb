package org.medtune.web.rest;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.MediaType;
import java.util.Set;

/**
 * Lets only JSON change anything. A page of another site can make a browser post a form or plain text, but not JSON:
 * for that the browser asks us first, and we do not agree.
 */
public final class JsonOnlyFilter implements ContainerRequestFilter {

    private static final Set<String> READ_ONLY = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    @Override
    public void filter(ContainerRequestContext request) {
        MediaType type = request.getMediaType();
        if (!READ_ONLY.contains(request.getMethod())
                && (type == null || !MediaType.APPLICATION_JSON_TYPE.isCompatible(type) || type.isWildcardType())) {
            throw new NotSupportedException();
        }
    }
}
