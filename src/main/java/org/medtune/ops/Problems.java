package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.medtune.InvalidInputException;
import org.medtune.MedtuneException;
import org.medtune.RecoverableException;

/** Collects what is wrong with a request, so that an operator hears all of it at once. */
final class Problems {

    private final List<MedtuneException> found = new ArrayList<>();

    /** The value that {@code check} gives, or nothing if it threw; then its sentence is kept. */
    <T> Optional<T> check(Supplier<T> check) {
        try {
            return Optional.of(check.get());
        } catch (InvalidInputException | RecoverableException e) {
            found.add(e);
            return Optional.empty();
        }
    }

    void add(MedtuneException problem) {
        found.add(problem);
    }

    /**
     * Throws one exception that lists every sentence, if there is any.
     *
     * @throws InvalidInputException if something that was given has to change
     * @throws RecoverableException  if it is only the surroundings that do
     */
    void throwIfAny() {
        if (found.isEmpty()) {
            return;
        }
        String sentences = found.stream().map(Throwable::getMessage).collect(Collectors.joining(" "));
        if (found.stream().anyMatch(InvalidInputException.class::isInstance)) {
            throw MESSAGES.requestRefused(sentences);
        }
        throw found.size() == 1 ? found.get(0) : MESSAGES.requestDeferred(sentences);
    }
}
