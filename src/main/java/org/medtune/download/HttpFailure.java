package org.medtune.download;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Why a request brought nothing.
 *
 * @param status     the HTTP status, 0 where no answer came
 * @param ofHub      whether the hub itself gave it; where it redirects to, addresses are good for a while only
 * @param reason     in words
 * @param retryAfter what the server asks for
 */
record HttpFailure(int status, boolean ofHub, String reason, Optional<Duration> retryAfter) {

    static HttpFailure of(HubConnection.Content answer) {
        Optional<Duration> retryAfter = answer.headers().firstValue("Retry-After")
                .filter(text -> text.matches("\\d{1,6}"))
                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)));
        return new HttpFailure(answer.status(), answer.ofHub(), "HTTP status " + answer.status(), retryAfter);
    }

    static HttpFailure of(IOException e) {
        String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.toString();
        return of(text);
    }

    static HttpFailure of(String reason) {
        return new HttpFailure(0, false, reason, Optional.empty());
    }

    /** Throws where asking again would not help. */
    void throwIfFinal(HubAccount account, URI address, Repository repository) {
        if (!ofHub) {
            return;
        }
        switch (status) {
            case 401, 403 -> throw MESSAGES.hubRefuses(address, status, repository.name());
            case 404, 410 -> throw MESSAGES.repositoryMissing(
                    repository.kind().toString(), repository.name(), repository.revision(), account.base(), address);
            case 206, 408, 416, 425, 429 -> { }
            default -> {
                if (status < 500) {
                    throw MESSAGES.hubAnswerUnexpected(address, reason);
                }
            }
        }
    }

    /** Waits until it is time for another attempt. */
    void waitBefore(int attempt, URI address, RetryPolicy policy, StopSignal stop) {
        Duration pause = retryAfter.filter(asked -> asked.compareTo(policy.longestPause()) < 0)
                .orElse(retryAfter.isPresent() ? policy.longestPause() : policy.pause(attempt - 1));
        MESSAGES.requestTriedAgain(address.getHost() + address.getPath(), reason, pause.toSeconds(), attempt,
                policy.attempts());
        stop.pause(pause);
    }
}
