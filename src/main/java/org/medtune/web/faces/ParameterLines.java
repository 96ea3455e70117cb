package org.medtune.web.faces;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.LinkedHashMap;
import java.util.Map;
import org.medtune.InvalidInputException;

/** Job parameters as a person types them: one {@code name=value} a line, as in the server's console. */
final class ParameterLines {

    private ParameterLines() {
    }

    /**
     * The parameters; lines that are blank do not count.
     *
     * @throws InvalidInputException at the first line without an equals sign, and at a name given twice
     */
    static Map<String, String> read(String text) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String line : text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList()) {
            int equals = line.indexOf('=');
            if (equals < 1) {
                throw MESSAGES.lineWithoutEquals(line);
            }
            String name = line.substring(0, equals).strip();
            if (parameters.put(name, line.substring(equals + 1).strip()) != null) {
                throw MESSAGES.parameterGivenTwice(name);
            }
        }
        return parameters;
    }
}
