package org.medtune.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.OAuth2Config;
import no.nav.security.mock.oauth2.http.NettyWrapper;
import no.nav.security.mock.oauth2.token.OAuth2TokenProvider;

/** An OpenID provider on this machine that believes whatever name and claims are typed into its login page. */
final class OpenIdProvider implements AutoCloseable {

    private static final Path SCRIPT = Path.of("server-config/scripts/oidc.cli");

    private final MockOAuth2Server server = new MockOAuth2Server(
            new OAuth2Config(true, null, null, false, new OAuth2TokenProvider(), Set.of(), new NettyWrapper()));
    private final int port;

    OpenIdProvider() {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.start(InetAddress.getLoopbackAddress(), port);
    }

    /** What a server needs in its environment. */
    Map<String, String> environment() {
        return Map.of("MEDTUNE_OIDC_PROVIDER_URL", "http://localhost:" + port + "/hospital",
                "MEDTUNE_OIDC_CLIENT_SECRET", "not so secret");
    }

    /** Has a server let a provider log in, as the profile oidc does. */
    static WildFlyServer configure(WildFlyServer server) {
        try {
            List<String> lines = Files.readAllLines(SCRIPT);
            return server.configure(lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Logs in on its page, where the browser is. */
    void logIn(Browser browser, String name, List<String> roles) {
        browser.shown("input[name=username]").sendKeys(name);
        // typing would have the editor's help close each brace
        browser.driver().executeScript("document.querySelector('textarea').value = arguments[0]",
                "{\"preferred_username\": \"" + name + "\", \"resource_access\": {\"medtune\": {\"roles\": ["
                        + String.join(", ", roles.stream().map(role -> "\"" + role + "\"").toList()) + "]}}}");
        browser.click("input[type=submit]");
    }

    boolean isAt(Browser browser) {
        return browser.driver().getCurrentUrl().contains(":" + port + "/hospital/");
    }

    @Override
    public void close() {
        server.shutdown();
    }
}
