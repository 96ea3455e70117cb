package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.medtune.InvalidInputException;

/** Collects what is wrong with a request, so that an operator hears all of it at once. */
final class Problems {

    private final List<InvalidInputException> found = new ArrayList<>();

    /** The value that {@code check} gives, or nothing if it threw; then its sentence is kept. */
    <T> Optional<T> check(Supplier<T> check) {
        try {
            return Optional.of(check.get());
        } catch (InvalidInputException e) {
            found.add(e);
            return Optional.empty();
        }
    }

    void add(InvalidInputException problem) {
        found.add(problem);
    }

    /** Throws one {@link InvalidInputException} that lists every sentence, if there is any. */
    void throwIfAny() {
        if (!found.isEmpty()) {
            throw MESSAGES.requestRefused(
                    found.stream().map(Throwable::getMessage).collect(Collectors.joining(" ")));
        }
    }
}
