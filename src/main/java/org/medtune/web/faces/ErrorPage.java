package org.medtune.web.faces;

import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Named;
import jakarta.servlet.RequestDispatcher;

/** What the error page shows besides that there is an error. */
@Named
@RequestScoped
public class ErrorPage {

    private static final String OWN = "MEDTUNE";

    /** What is wrong, where this application says so; null for what others say, which may tell too much. */
    public String getSentence() {
        Object sentence = FacesContext.getCurrentInstance().getExternalContext().getRequestMap()
                .get(RequestDispatcher.ERROR_MESSAGE);
        return sentence instanceof String text && text.startsWith(OWN) ? text : null;
    }
}
