package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

/** A whole number in a query. */
final class QueryNumber {

    private QueryNumber() {
    }

    /**
     * The number.
     *
     * @throws org.medtune.InvalidInputException if the text is no number or the number is out of range
     */
    static int read(String name, String text, int least, int most) {
        return (int) read(name, text, (long) least, (long) most);
    }

    /** The same for numbers that an int may be too small for. */
    static long read(String name, String text, long least, long most) {
        try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below, with the same sentence
        }
        throw MESSAGES.badPaging(name, text, least, most);
    }
}
