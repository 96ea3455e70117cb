package org.medtune.web.faces;

import java.util.List;
import java.util.Locale;
import java.util.MissingResourceException;
import java.util.ResourceBundle;
import org.medtune.ops.FineTuneParameter;

/**
 * A field of the form that starts a run.
 *
 * @param parameter   which it is for
 * @param explanation what it means, in the page's language
 * @param words       values to choose from; none where it is to be typed
 */
public record StartField(FineTuneParameter parameter, String explanation, List<String> words) {

    private static final String EXPLANATIONS = "org.medtune.web.faces.Explanations";

    static StartField of(FineTuneParameter parameter, Locale locale, List<String> words) {
        return new StartField(parameter, explanation(parameter, locale), words);
    }

    /** The name of the parameter, fit for an element's id. */
    public String id() {
        return "parameter-" + parameter.key().replace('.', '-');
    }

    /** Whether values are chosen from a list. */
    public boolean chosen() {
        return !words.isEmpty();
    }

    /** English explanations are the catalogue's own. */
    private static String explanation(FineTuneParameter parameter, Locale locale) {
        try {
            return ResourceBundle.getBundle(EXPLANATIONS, locale,
                    ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES))
                    .getString(parameter.key());
        } catch (MissingResourceException e) {
            return parameter.explanation();
        }
    }
}
