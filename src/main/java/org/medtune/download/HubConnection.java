package org.medtune.download;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks a hub. Redirects are followed here and not by the HTTP client, since what proves who asks may go to the hub's
 * own address only; content often lies at another. Safe for use by several threads.
 */
final class HubConnection {

    /** What an answer to a request for a list may be long; the longest lists known are some MiB. */
    private static final int LONGEST_LIST = 64 << 20;

    private static final int MOST_REDIRECTS = 10;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Duration CONNECT = Duration.ofSeconds(30);
    private static final Pattern NEXT = Pattern.compile("<([^>]+)>\\s*;\\s*rel=\"?next\"?");
    private static final JsonMapper MAPPER = new JsonMapper();

    private final HubAccount account;
    private final Hub hub;
    private final RetryPolicy policy;
    private final StopSignal stop;
    private final HttpClient client;

    /**
     * A page of a list.
     *
     * @param body what came
     * @param next where the next page is
     */
    record Page(JsonNode body, Optional<URI> next) {
    }

    HubConnection(HubAccount account, Hub hub, RetryPolicy policy, StopSignal stop, ProxySelector proxies) {
        this.account = account;
        this.hub = hub;
        this.policy = policy;
        this.stop = stop;
        this.client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER).proxy(proxies).build();
    }

    HubAccount account() {
        return account;
    }

    RetryPolicy policy() {
        return policy;
    }

    /**
     * Asks for a page of a list, again and again where that may help.
     *
     * @throws org.medtune.InvalidInputException if there is nothing, or nothing for who asks
     * @throws org.medtune.RecoverableException  if no answer comes
     */
    Page json(URI address, Repository repository) {
        for (int attempt = 1;; attempt++) {
            HttpFailure failure;
            try (Content answer = open(address, Map.of("Accept", "application/json"))) {
                if (answer.status() == 200) {
                    byte[] body = answer.body().readNBytes(LONGEST_LIST);
                    return new Page(MAPPER.readTree(body), next(address, answer.headers()));
                }
                failure = HttpFailure.of(answer);
            } catch (JsonProcessingException e) {
                throw MESSAGES.hubAnswerUnexpected(address, "it is no JSON");
            } catch (IOException e) {
                failure = HttpFailure.of(e);
            }
            failure.throwIfFinal(account, address, repository);
            if (attempt >= policy.attempts()) {
                throw MESSAGES.downloadGivenUp(repository.name(), attempt, failure.reason());
            }
            failure.waitBefore(attempt + 1, address, policy, stop);
        }
    }

    /**
     * An answer to a request; closing it ends the connection if there is more to come.
     *
     * @param ofHub whether the hub itself gave it, and not a place that it redirects to
     */
    record Content(int status, HttpHeaders headers, InputStream body, boolean ofHub) implements AutoCloseable {

        @Override
        public void close() {
            try {
                body.close();
            } catch (IOException e) {
                MESSAGES.connectionNotClosed(e);
            }
        }
    }

    /**
     * Sends a request, and follows where it is redirected.
     *
     * @throws IOException if no answer comes
     */
    Content open(URI address, Map<String, String> headers) throws IOException {
        URI place = address;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            stop.check();
            HttpResponse<InputStream> answer = send(place, headers);
            Optional<String> location = answer.headers().firstValue("Location");
            if (!REDIRECTS.contains(answer.statusCode()) || location.isEmpty()) {
                return new Content(
                        answer.statusCode(), answer.headers(), answer.body(), account.owns(place));
            }
            answer.body().close();
            place = redirected(place, location.get());
        }
        throw new IOException(address + " was redirected more than " + MOST_REDIRECTS + " times");
    }

    private HttpResponse<InputStream> send(URI address, Map<String, String> headers) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(policy.silence())
                .header("User-Agent", "medtune");
        headers.forEach(request::header);
        if (account.owns(address)) {
            account.token().map(hub::authorization).orElse(Map.of()).forEach(request::header);
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StopSignal.StoppedException();
        }
    }

    private static URI redirected(URI from, String location) throws IOException {
        try {
            URI to = from.resolve(location);
            boolean secure = "https".equalsIgnoreCase(to.getScheme());
            if (to.getHost() != null && (secure || "http".equalsIgnoreCase(to.getScheme())
                    && !"https".equalsIgnoreCase(from.getScheme()))) {
                return to;
            }
        } catch (IllegalArgumentException e) {
            // told below, with the same sentence
        }
        throw new IOException(from + " was redirected to an address that is none, or is not encrypted any more");
    }

    private Optional<URI> next(URI page, HttpHeaders headers) {
        for (String link : headers.allValues("Link")) {
            Matcher matcher = NEXT.matcher(link);
            if (matcher.find()) {
                URI next = page.resolve(matcher.group(1));
                // a mirror may pass on what the hub says of itself
                return Optional.of(account.owns(next) ? next
                        : Addresses.below(account.base(), next.getRawPath() + "?" + next.getRawQuery()));
            }
        }
        return Optional.empty();
    }
}
