package org.medtune.web.faces;

import jakarta.faces.application.ViewHandler;
import jakarta.faces.application.ViewHandlerWrapper;
import jakarta.faces.context.FacesContext;
import jakarta.servlet.http.Cookie;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Shows pages in the language that was chosen with {@code ?language=zh}, which a cookie remembers, or else in the one
 * that the browser prefers.
 */
public final class LanguageViewHandler extends ViewHandlerWrapper {

    private static final String PARAMETER = "language";
    private static final String COOKIE = "medtune-language";
    private static final Duration AGE = Duration.ofDays(400);

    /** Used by Faces, which passes the handler that does all but this. */
    public LanguageViewHandler(ViewHandler wrapped) {
        super(wrapped);
    }

    @Override
    public Locale calculateLocale(FacesContext faces) {
        Optional<Locale> chosen =
                supported(faces, faces.getExternalContext().getRequestParameterMap().get(PARAMETER));
        chosen.ifPresent(locale -> remember(faces, locale));
        return chosen.or(() -> remembered(faces)).orElseGet(() -> super.calculateLocale(faces));
    }

    private static Optional<Locale> remembered(FacesContext faces) {
        Cookie cookie = (Cookie) faces.getExternalContext().getRequestCookieMap().get(COOKIE);
        return supported(faces, cookie == null ? null : cookie.getValue());
    }

    private static void remember(FacesContext faces, Locale locale) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("path", faces.getExternalContext().getRequestContextPath());
        properties.put("maxAge", (int) AGE.toSeconds());
        properties.put("httpOnly", true);
        properties.put("SameSite", "Lax");
        faces.getExternalContext().addResponseCookie(COOKIE, locale.getLanguage(), properties);
    }

    private static Optional<Locale> supported(FacesContext faces, String language) {
        if (faces.getApplication().getDefaultLocale().getLanguage().equals(language)) {
            return Optional.of(faces.getApplication().getDefaultLocale());
        }
        for (Iterator<Locale> all = faces.getApplication().getSupportedLocales(); all.hasNext();) {
            Locale locale = all.next();
            if (locale.getLanguage().equals(language)) {
                return Optional.of(locale);
            }
        }
        return Optional.empty();
    }
}
