package org.medtune.web.faces;

import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Named;
import jakarta.servlet.ServletContext;
import java.text.MessageFormat;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.medtune.access.Role;

/** What the login page shows, and the roles for the page of users. */
@Named
@RequestScoped
public class LoginPage {

    /** Why the login before this page was refused: the end of a text's key, behind {@code login.}. */
    public static final String PROBLEM = "medtune.login.problem";

    /** The problem with a user whom an OpenID provider knows. */
    public static final String REFUSED = "refused";

    /** What the problem's text names: seconds to wait, or a sentence. */
    public static final String ARGUMENT = "medtune.login.argument";

    /**
     * Behind this application's own path: the application through which an OpenID provider logs in, if there is one.
     */
    public static final String SINGLE_SIGN_ON = "/sso";

    /** The sentence about the login before, in the reader's language; null if there was none. */
    public String getProblem() {
        FacesContext faces = FacesContext.getCurrentInstance();
        Map<String, Object> request = faces.getExternalContext().getRequestMap();
        Object problem = request.get(PROBLEM);
        return problem == null ? null : MessageFormat.format(
                faces.getApplication().getResourceBundle(faces, "access").getString("login." + problem),
                request.get(ARGUMENT));
    }

    /** Whether an OpenID provider knows who this is, but we do not take that user. */
    public boolean isKnown() {
        return REFUSED.equals(FacesContext.getCurrentInstance().getExternalContext().getRequestMap().get(PROBLEM));
    }

    /** The name that was typed before. */
    public String getName() {
        return parameter("name");
    }

    /** The page to go on to. */
    public String getTarget() {
        return parameter("to");
    }

    /** Whether this server lets an OpenID provider log users in. */
    public boolean isSingleSignOn() {
        ServletContext own = (ServletContext) FacesContext.getCurrentInstance().getExternalContext().getContext();
        String path = own.getContextPath() + SINGLE_SIGN_ON;
        // a server gives the application that answers a path, which is this one where there is no other
        ServletContext other = own.getContext(path);
        return other != null && other.getContextPath().equals(path);
    }

    /** All roles' names. */
    public List<String> getRoles() {
        return Arrays.stream(Role.values()).map(Role::id).toList();
    }

    private static String parameter(String name) {
        String value = FacesContext.getCurrentInstance().getExternalContext().getRequestParameterMap().get(name);
        return value == null ? "" : value;
    }
}
