package org.medtune.download;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Chooses proxies by the environment variables {@code https_proxy}, {@code http_proxy} and {@code no_proxy}, in small
 * or capital letters, as command line programs do: hosts and their domains, or {@code *}, go without. Where the
 * variable of a scheme is not set, the JVM's own settings ({@code https.proxyHost} and so on) decide.
 */
final class ProxyFromEnvironment extends ProxySelector {

    private final Map<String, String> environment;
    private final ProxySelector otherwise;

    ProxyFromEnvironment(Map<String, String> environment, ProxySelector otherwise) {
        this.environment = Map.copyOf(environment);
        this.otherwise = otherwise;
    }

    @Override
    public List<Proxy> select(URI address) {
        Optional<String> proxy = variable(address.getScheme().toLowerCase(Locale.ROOT) + "_proxy");
        if (proxy.isEmpty()) {
            return otherwise.select(address);
        }
        return List.of(goesWithout(address.getHost()) ? Proxy.NO_PROXY
                : new Proxy(Proxy.Type.HTTP, socketAddress(proxy.get())));
    }

    private boolean goesWithout(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return Arrays.stream(variable("no_proxy").orElse("").toLowerCase(Locale.ROOT).split(","))
                .map(String::strip).filter(entry -> !entry.isEmpty())
                .map(entry -> entry.replaceFirst("^\\*?\\.", "").replaceFirst(":\\d+$", ""))
                .anyMatch(entry -> entry.equals("*") || name.equals(entry) || name.endsWith("." + entry));
    }

    private static InetSocketAddress socketAddress(String proxy) {
        try {
            URI address = URI.create(proxy.contains("://") ? proxy : "http://" + proxy);
            if (address.getHost() != null && "http".equalsIgnoreCase(address.getScheme())) {
                return new InetSocketAddress(address.getHost(), address.getPort() < 0 ? 80 : address.getPort());
            }
        } catch (IllegalArgumentException e) {
            // told below, with the same sentence
        }
        // the value may hold a password, so it is not shown
        throw MESSAGES.proxyNotUnderstood();
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(environment.getOrDefault(name, environment.get(name.toUpperCase(Locale.ROOT))))
                .map(String::strip).filter(value -> !value.isEmpty());
    }

    @Override
    public void connectFailed(URI address, SocketAddress proxy, IOException e) {
        otherwise.connectFailed(address, proxy, e);
    }
}
