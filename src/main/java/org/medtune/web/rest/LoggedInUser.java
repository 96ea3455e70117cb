package org.medtune.web.rest;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import org.medtune.access.Caller;

/** The user who has logged in. */
@RequestScoped
public class LoggedInUser implements CurrentUser {

    private static final String PREFIX = "user:";

    @Inject
    private HttpServletRequest request;

    @Override
    public String name() {
        // an attribute, since the container hands out the request as it was before anybody was known
        return PREFIX + ((Caller) request.getAttribute(Caller.class.getName())).name();
    }
}
