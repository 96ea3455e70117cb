package org.medtune.web.faces;

import jakarta.faces.application.ViewHandler;
import jakarta.faces.application.ViewHandlerWrapper;
import jakarta.faces.component.UIViewRoot;
import jakarta.faces.context.FacesContext;
import java.util.Set;

/**
 * Keeps nothing on the server of the pages that everybody may open. An attribute within the page would come too late:
 * PrimeFaces makes a session for the number of its scripts before the page is read, unless its view is transient.
 */
public final class StatelessViewHandler extends ViewHandlerWrapper {

    private static final Set<String> OPEN = Set.of("/login.xhtml", "/error.xhtml");

    /** Used by Faces, which passes the handler that does all but this. */
    public StatelessViewHandler(ViewHandler wrapped) {
        super(wrapped);
    }

    @Override
    public UIViewRoot createView(FacesContext faces, String viewId) {
        UIViewRoot view = super.createView(faces, viewId);
        if (OPEN.contains(view.getViewId())) {
            view.setTransient(true);
        }
        return view;
    }
}
