package org.medtune.model;

import com.hubspot.jinjava.objects.collections.PyList;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/**
 * The methods of Python's {@code str} that chat templates use, with Python's meaning (Python 3 Library Reference,
 * "String Methods"). Java's methods of the same names differ: {@code String.split} takes a regular expression, and
 * {@code startswith} does not exist.
 */
final class PythonStringMethods {

    private final long maximumLength;

    /**
     * @param maximumLength the most characters that a method may make, so that repeated replacement cannot fill memory
     */
    PythonStringMethods(long maximumLength) {
        this.maximumLength = maximumLength;
    }

    /**
     * Calls a method.
     *
     * @throws IllegalArgumentException if there is no such method, or not with these arguments
     */
    Object call(String self, String method, Object[] arguments) {
        return switch (method) {
            case "strip" -> strip(self, arguments, true, true);
            case "lstrip" -> strip(self, arguments, true, false);
            case "rstrip" -> strip(self, arguments, false, true);
            case "split" -> split(self, arguments);
            case "startswith" -> self.startsWith(string(method, arguments, 0, 1));
            case "endswith" -> self.endsWith(string(method, arguments, 0, 1));
            case "replace" -> replace(self, string(method, arguments, 0, 2), string(method, arguments, 1, 2));
            case "lower" -> self.toLowerCase(Locale.ROOT);
            case "upper" -> self.toUpperCase(Locale.ROOT);
            default -> throw new IllegalArgumentException("strings have no method " + method);
        };
    }

    private static String strip(String self, Object[] arguments, boolean left, boolean right) {
        IntPredicate strippable = Character::isWhitespace;
        if (arguments.length > 0 && arguments[0] != null) {
            String characters = string("strip", arguments, 0, 1);
            strippable = character -> characters.indexOf(character) >= 0;
        }
        int start = 0;
        int end = self.length();
        while (left && start < end && strippable.test(self.codePointAt(start))) {
            start += Character.charCount(self.codePointAt(start));
        }
        while (right && start < end && strippable.test(self.codePointBefore(end))) {
            end -= Character.charCount(self.codePointBefore(end));
        }
        return self.substring(start, end);
    }

    private static PyList split(String self, Object[] arguments) {
        List<Object> parts = new ArrayList<>();
        if (arguments.length == 0) {
            for (String word : self.strip().split("\\s+")) {
                if (!word.isEmpty()) {
                    parts.add(word);
                }
            }
            return new PyList(parts);
        }
        String separator = string("split", arguments, 0, 2);
        if (separator.isEmpty()) {
            throw new IllegalArgumentException("the separator of split is empty");
        }
        long splits = arguments.length > 1 ? number("split", arguments[1]) : -1;
        int start = 0;
        int found = self.indexOf(separator);
        while (found >= 0 && splits != 0) {
            parts.add(self.substring(start, found));
            start = found + separator.length();
            found = self.indexOf(separator, start);
            splits--;
        }
        parts.add(self.substring(start));
        return new PyList(parts);
    }

    private String replace(String self, String old, String replacement) {
        if (old.isEmpty()) {
            throw new IllegalArgumentException("the text to replace is empty");
        }
        long length = self.length();
        for (int found = self.indexOf(old); found >= 0; found = self.indexOf(old, found + old.length())) {
            length += replacement.length() - old.length();
        }
        if (length > maximumLength) {
            throw new IllegalArgumentException("replace makes a text of " + length + " characters");
        }
        return self.replace(old, replacement);
    }

    private static String string(String method, Object[] arguments, int index, int most) {
        if (arguments.length <= index || arguments.length > most
                || !(arguments[index] instanceof CharSequence argument)) {
            throw new IllegalArgumentException(method + " is called with arguments that are not supported");
        }
        return argument.toString();
    }

    private static long number(String method, Object argument) {
        if (!(argument instanceof Number number)) {
            throw new IllegalArgumentException(method + " is called with arguments that are not supported");
        }
        return number.longValue();
    }
}
