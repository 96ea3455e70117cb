package org.medtune.web.faces;

import java.util.List;

/**
 * Fields of the form that starts a run which belong together.
 *
 * @param key    of its name in the texts
 * @param fields in the order of the catalogue of parameters
 */
public record StartGroup(String key, List<StartField> fields) {
}
