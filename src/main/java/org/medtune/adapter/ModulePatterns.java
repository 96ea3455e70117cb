package org.medtune.adapter;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.medtune.model.Projection;
import org.medtune.model.WeightNames;

/**
 * Numbers that hold for some modules in place of the configuration's own: {@code rank_pattern} and
 * {@code alpha_pattern} of PEFT. A key is a regular expression for a module's name, or for its end after a dot; of
 * several that match, the first decides.
 *
 * <p>Source: {@code get_pattern_key} of PEFT, which matches {@code (.*\.)?(KEY)$}.
 *
 * @param values number by key, in the order in which they are tried
 */
public record ModulePatterns(Map<String, Double> values) {

    /** No module differs. */
    public static final ModulePatterns NONE = new ModulePatterns(Map.of());

    /** Copies the numbers, and their order. */
    public ModulePatterns {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** The number that holds for a module; nothing where the configuration's own does. */
    OptionalDouble valueFor(int layer, Projection projection) {
        return values.entrySet().stream()
                .filter(entry -> matches(entry.getKey(), layer, projection))
                .mapToDouble(Map.Entry::getValue)
                .findFirst();
    }

    /** Whether a key is meant for a module. */
    static boolean matches(String key, int layer, Projection projection) {
        return Pattern.matches("(.*\\.)?(" + key + ")", WeightNames.module(layer, projection));
    }

    /** Whether a key can be tried at all. */
    static boolean isRegularExpression(String key) {
        try {
            Pattern.compile("(" + key + ")");
            return true;
        } catch (PatternSyntaxException e) {
            return false;
        }
    }
}
