package org.medtune.web.access;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.security.Principal;
import org.medtune.access.Caller;
import org.medtune.access.Role;

/** A request of a known user, for all that ask the request who that is. */
final class KnownRequest extends HttpServletRequestWrapper {

    private final Caller caller;

    KnownRequest(HttpServletRequest request, Caller caller) {
        super(request);
        this.caller = caller;
        // the container hands out the request that this one is made of, too
        request.setAttribute(Caller.class.getName(), caller);
    }

    @Override
    public Principal getUserPrincipal() {
        return caller;
    }

    @Override
    public String getRemoteUser() {
        return caller.name();
    }

    @Override
    public boolean isUserInRole(String role) {
        return Role.of(role).filter(caller::is).isPresent();
    }
}
