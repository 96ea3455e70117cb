package org.medtune.web.rest;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.MediaType;
import java.util.Set;

/**
 * Lets only JSON change anything, or a file's bytes where a resource takes them. A page of another site can make a
 * browser post a form or plain text, but neither of these: for that the browser asks us first, and we do not agree.
 */
public final class JsonOnlyFilter implements ContainerRequestFilter {

    private static final Set<String> READ_ONLY = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    @Override
    public void filter(ContainerRequestContext request) {
        MediaType type = request.getMediaType();
        if (!READ_ONLY.contains(request.getMethod()) && (type == null || type.isWildcardType()
                || !MediaType.APPLICATION_JSON_TYPE.isCompatible(type)
                && !MediaType.APPLICATION_OCTET_STREAM_TYPE.isCompatible(type))) {
            throw new NotSupportedException();
        }
    }
}
