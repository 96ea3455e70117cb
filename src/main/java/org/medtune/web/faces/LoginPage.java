package org.medtune.web.faces;

import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Named;
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

    /** Seconds to wait, for a problem that says so. */
    public static final String SECONDS = "medtune.login.seconds";

    /** The sentence about the login before, in the reader's language; null if there was none. */
    public String getProblem() {
        FacesContext faces = FacesContext.getCurrentInstance();
        Map<String, Object> request = faces.getExternalContext().getRequestMap();
        Object problem = request.get(PROBLEM);
        return problem == null ? null : MessageFormat.format(
                faces.getApplication().getResourceBundle(faces, "access").getString("login." + problem),
                request.get(SECONDS));
    }

    /** The name that was typed before. */
    public String getName() {
        return parameter("name");
    }

    /** The page to go on to. */
    public String getTarget() {
        return parameter("to");
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
