package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.medtune.InvalidInputException;

/**
 * What a job parameter's text must look like, and the value it stands for. Every {@code parse} throws
 * {@link InvalidInputException} with a sentence that names the parameter, its text and what to give instead.
 */
public sealed interface ParameterType {

    /**
     * The value that {@code text} stands for: a String, Integer, Double, Boolean, List or Set of String, or Map to
     * Double.
     */
    Object parse(JobParameter parameter, String text);

    /** All texts that there are; none where they cannot be listed. */
    default List<String> words() {
        return List.of();
    }

    /** Which numbers are allowed, in signs that need no translation; empty where it takes no number, or any. */
    default String range() {
        return "";
    }

    /** Any text; an empty one only where the default is empty too. */
    record Words() implements ParameterType {
        @Override
        public String parse(JobParameter parameter, String text) {
            if (text.isBlank() && !parameter.defaultText().isEmpty()) {
                throw MESSAGES.parameterEmpty(parameter.key(), parameter.defaultText());
            }
            return text.strip();
        }
    }

    /** Text of one shape, which {@code shape} tells an operator in words. */
    record Shaped(Pattern pattern, String shape) implements ParameterType {
        /** A shape by its regular expression, which all of the text must match. */
        public static Shaped of(String pattern, String shape) {
            return new Shaped(Pattern.compile(pattern), shape);
        }

        @Override
        public String parse(JobParameter parameter, String text) {
            if (!pattern.matcher(text.strip()).matches()) {
                throw MESSAGES.parameterNotOfShape(parameter.key(), text, shape);
            }
            return text.strip();
        }
    }

    /** One of a few words. */
    record Choice(List<String> words) implements ParameterType {
        /** A choice, in the order of its explanation. */
        public static Choice of(String... words) {
            return new Choice(List.of(words));
        }

        @Override
        public String parse(JobParameter parameter, String text) {
            if (!words.contains(text.strip())) {
                throw MESSAGES.parameterNotOfShape(parameter.key(), text, "one of " + String.join(", ", words));
            }
            return text.strip();
        }
    }

    /** Some of a few words, separated by commas; {@code shape} says so to an operator. */
    record Several(List<String> words, String shape) implements ParameterType {
        @Override
        public Set<String> parse(JobParameter parameter, String text) {
            List<String> given = Arrays.stream(text.split(",", -1)).map(String::strip).toList();
            if (!words.containsAll(given)) {
                throw MESSAGES.parameterNotOfShape(parameter.key(), text, shape);
            }
            return new TreeSet<>(given);
        }
    }

    /** Names separated by commas: at least one, none twice. */
    record Names() implements ParameterType {
        @Override
        public List<String> parse(JobParameter parameter, String text) {
            List<String> names = Arrays.stream(text.split(",", -1)).map(String::strip).toList();
            if (names.contains("") || names.stream().distinct().count() < names.size()) {
                throw MESSAGES.parameterNotOfShape(parameter.key(), text,
                        "names separated by commas, none of them empty or given twice");
            }
            return names;
        }
    }

    /** A number for each of some keys, {@code KEY=NUMBER,KEY=NUMBER}; none where the text is empty. */
    record Numbers() implements ParameterType {
        @Override
        public Map<String, Double> parse(JobParameter parameter, String text) {
            Map<String, Double> values = new LinkedHashMap<>();
            for (String pair : text.isBlank() ? new String[0] : text.split(",", -1)) {
                int sign = pair.lastIndexOf('=');
                String key = sign < 0 ? "" : pair.substring(0, sign).strip();
                if (key.isEmpty() || values.put(key, number(parameter, text, pair.substring(sign + 1))) != null) {
                    throw notOfShape(parameter, text);
                }
            }
            return Collections.unmodifiableMap(values);
        }

        private static double number(JobParameter parameter, String text, String number) {
            try {
                return new BigDecimal(number.strip()).doubleValue();
            } catch (NumberFormatException e) {
                throw notOfShape(parameter, text);
            }
        }

        private static InvalidInputException notOfShape(JobParameter parameter, String text) {
            return MESSAGES.parameterNotOfShape(parameter.key(), text,
                    "pairs such as down_proj=8,layers.0.self_attn.q_proj=32, separated by commas, no key twice");
        }
    }

    /** true or false. */
    record Flag() implements ParameterType {
        @Override
        public List<String> words() {
            return List.of("true", "false");
        }

        @Override
        public Boolean parse(JobParameter parameter, String text) {
            return switch (text.strip()) {
                case "true" -> true;
                case "false" -> false;
                default -> throw MESSAGES.parameterNotOfShape(parameter.key(), text, "true or false");
            };
        }
    }

    /** A whole number from {@code least} to {@code most}. */
    record Whole(int least, int most) implements ParameterType {
        /** One without an upper end but that of an int. */
        public Whole(int least) {
            this(least, Integer.MAX_VALUE);
        }

        @Override
        public String range() {
            return most == Integer.MAX_VALUE ? "\u2265 " + least : "\u2265 " + least + ", \u2264 " + most;
        }

        @Override
        public Integer parse(JobParameter parameter, String text) {
            int value;
            try {
                value = Integer.parseInt(text.strip());
            } catch (NumberFormatException e) {
                throw MESSAGES.parameterNotOfShape(parameter.key(), text,
                        "a whole number such as " + parameter.defaultText());
            }
            if (value < least || value > most) {
                throw MESSAGES.parameterOutOfRange(parameter.key(), text.strip(), most == Integer.MAX_VALUE
                        ? "at least " + least : "at least " + least + " and at most " + most);
            }
            return value;
        }
    }

    /** A finite decimal number in a range, whose ends are part of it or not. */
    record Decimal(double least, boolean leastIncluded, double bound, boolean boundIncluded) implements ParameterType {
        static Decimal positive() {
            return new Decimal(0, false, Double.MAX_VALUE, true);
        }

        static Decimal notNegative() {
            return new Decimal(0, true, Double.MAX_VALUE, true);
        }

        static Decimal fromZeroToBelowOne() {
            return new Decimal(0, true, 1, false);
        }

        static Decimal betweenZeroAndOne() {
            return new Decimal(0, false, 1, false);
        }

        @Override
        public String range() {
            String low = (leastIncluded ? "\u2265 " : "> ") + plain(least);
            return bound == Double.MAX_VALUE ? low : low + ", " + (boundIncluded ? "\u2264 " : "< ") + plain(bound);
        }

        @Override
        public Double parse(JobParameter parameter, String text) {
            double value = number(parameter, text);
            boolean highEnough = leastIncluded ? value >= least : value > least;
            boolean lowEnough = boundIncluded ? value <= bound : value < bound;
            if (!highEnough || !lowEnough) {
                throw MESSAGES.parameterOutOfRange(parameter.key(), text.strip(), rangeInWords());
            }
            return value;
        }

        static double number(JobParameter parameter, String text) {
            try {
                // BigDecimal knows neither NaN nor Infinity nor Java's suffixes
                return new BigDecimal(text.strip()).doubleValue();
            } catch (NumberFormatException e) {
                throw MESSAGES.parameterNotOfShape(parameter.key(), text,
                        "a number such as " + parameter.defaultText());
            }
        }

        private String rangeInWords() {
            String low = (leastIncluded ? "at least " : "greater than ") + plain(least);
            return bound == Double.MAX_VALUE ? low
                    : low + " and " + (boundIncluded ? "at most " : "less than ") + plain(bound);
        }

        private static String plain(double number) {
            return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
        }
    }

    /** How many times something may grow: a finite number greater than 1, or 0 for any number of times. */
    record Factor() implements ParameterType {
        @Override
        public String range() {
            return "0, > 1";
        }

        @Override
        public Double parse(JobParameter parameter, String text) {
            double value = Decimal.number(parameter, text);
            if (value != 0 && value <= 1 || Double.isInfinite(value)) {
                throw MESSAGES.parameterOutOfRange(parameter.key(), text.strip(), "greater than 1, or 0");
            }
            return value;
        }
    }
}
