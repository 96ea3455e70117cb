package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.medtune.InvalidInputException;

/** The JSON form of job parameters: an object of strings, numbers, booleans, and arrays of them for lists of names. */
final class JobParameterBody {

    private JobParameterBody() {
    }

    /**
     * The parameters as texts.
     *
     * @throws InvalidInputException if the body is missing, is no object, or holds objects or nulls
     */
    static Map<String, String> read(JsonNode body) {
        if (body == null || !body.isObject()) {
            throw MESSAGES.bodyNotAnObject();
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        body.fields().forEachRemaining(field -> parameters.put(field.getKey(), text(field.getKey(), field.getValue())));
        return parameters;
    }

    private static String text(String name, JsonNode value) {
        if (value.isArray()) {
            List<String> elements = new ArrayList<>();
            value.forEach(element -> elements.add(scalar(name, element)));
            return String.join(",", elements);
        }
        return scalar(name, value);
    }

    private static String scalar(String name, JsonNode value) {
        if (value.isContainerNode() || value.isNull()) {
            throw MESSAGES.parameterNotAScalar(name);
        }
        return value.asText();
    }
}
