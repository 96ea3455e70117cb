package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A server that lets an OpenID provider log users in, and a browser. With {@code -Dmedtune.it.pictures=true} the
 * pictures of {@code docs/images} are taken anew.
 */
@ExtendWith(ChromiumInstalled.class)
class SingleSignOnIT {

    private static final int PORT_OFFSET = Integer.getInteger("medtune.it.port.offset", 210) + 80;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static OpenIdProvider provider;
    private static WildFlyServer server;

    private Browser browser;

    @BeforeAll
    static void start() {
        provider = new OpenIdProvider();
        server = OpenIdProvider.configure(
                new WildFlyServer("single-sign-on", PORT_OFFSET, provider.environment())).start();
    }

    @AfterAll
    static void stop() {
        try {
            server.close();
        } finally {
            provider.close();
        }
    }

    @BeforeEach
    void open() {
        browser = Browser.open();
        browser.driver().get(server.address() + "login.xhtml?language=en");
    }

    @AfterEach
    void close() {
        browser.close();
    }

    @Test
    void whoTheProviderKnowsIsLetInWithItsRolesAndLoggedOutThere() throws Exception {
        // given
        browser.driver().get(server.address() + "catalogue.xhtml");
        browser.shown("#sso");
        browser.picture("login-single-sign-on", 560);

        // when
        browser.click("#sso");
        provider.logIn(browser, "chen", List.of("operator", "porter"));

        // then: the page that was asked for, and no more than the role allows
        awaitAddress("/medtune/catalogue.xhtml");
        browser.driver().get(server.address() + "account.xhtml");
        browser.awaitText("#name", text -> text.equals("chen"));
        assertThat(browser.text("#roles")).isEqualTo("Operator");
        browser.driver().get(server.address() + "users.xhtml");
        assertThat(browser.text("main")).contains("MEDTUNE000920");

        // when: a token, which tells the roles to programs
        browser.driver().get(server.address() + "account.xhtml");
        browser.shown("#label").sendKeys("script");
        browser.click("#make");
        String token = browser.awaitText("#secret", text -> text.startsWith("medtune_"));

        // then
        assertThat(status("api/jobs", "Bearer " + token)).isEqualTo(200);
        assertThat(status("api/audit", "Bearer " + token)).isEqualTo(403);

        // when: a password, which there is none of here
        browser.shown("#present").sendKeys("anything at all");
        browser.shown("#next").sendKeys("a long new password");
        browser.click("#password-form button");

        // then
        browser.awaitText("#problem", text -> text.contains("MEDTUNE000926"));

        // when
        browser.click("header button");

        // then: the next one at this computer has to say who that is
        browser.shown("#sso");
        browser.click("#sso");
        await("the provider's page").atMost(PATIENCE).until(() -> provider.isAt(browser));
        browser.driver().get(server.address() + "runs.xhtml");
        browser.shown("#sso");
        assertThat(Files.readString(server.home().resolve("audit/audit.jsonl")))
                .containsPattern("\"actor\":\"chen\",\"address\":\"[^\"]+\",\"action\":\"login\","
                        + "\"target\":\"single sign-on\"")
                .containsPattern("\"actor\":\"chen\",\"address\":\"[^\"]+\",\"action\":\"logout\"")
                .doesNotContain(token);
        assertThat(Files.readString(server.console())).doesNotContain("not so secret");
    }

    @Test
    void whoHasNoRoleOrAnotherUsersNameIsToldSoAndCanLogInAsSomebodyElse() {
        // when: no role
        browser.click("#sso");
        provider.logIn(browser, "wang", List.of());

        // then
        browser.awaitText("#problem", text -> text.contains("MEDTUNE000935") && text.contains("wang"));

        // when: another, who is called as this server's first user
        browser.click("#other");
        browser.click("#sso");
        await("the provider's page").atMost(PATIENCE).until(() -> provider.isAt(browser));
        provider.logIn(browser, "admin", List.of("administrator"));

        // then
        browser.awaitText("#problem", text -> text.contains("MEDTUNE000934") && text.contains("admin"));
        browser.driver().get(server.address() + "users.xhtml");
        browser.shown("#sso");

        // when: a user of this server
        browser.logIn(Login.make(URI.create(server.address()), "administrator"));

        // then
        awaitAddress("/medtune/users.xhtml");
        browser.shown("#new-user");
    }

    @Test
    void nobodyGetsInByAMadeUpTicketOrPastTheProvider() throws Exception {
        // given
        HttpClient client = HttpClient.newHttpClient();

        // when
        HttpResponse<String> madeUp = client.send(HttpRequest.newBuilder(URI.create(server.address() + "login/sso"))
                .header("Cookie", "medtune-ticket=" + "A".repeat(43)).build(), HttpResponse.BodyHandlers.ofString());
        HttpResponse<String> broken = client.send(HttpRequest.newBuilder(URI.create(server.address() + "login/sso"))
                .header("Cookie", "medtune-ticket=%zz").build(), HttpResponse.BodyHandlers.ofString());
        HttpResponse<String> past = client.send(HttpRequest.newBuilder(URI.create(server.address() + "sso/login"))
                .header("Authorization", "Bearer x.y.z").build(), HttpResponse.BodyHandlers.ofString());
        HttpResponse<String> denied = client.send(HttpRequest.newBuilder(
                URI.create(server.address() + "sso/login?error=access_denied")).build(),
                HttpResponse.BodyHandlers.ofString());

        // then
        assertThat(madeUp.statusCode()).isEqualTo(403);
        assertThat(madeUp.body()).contains("MEDTUNE000936");
        assertThat(madeUp.headers().allValues("Set-Cookie")).noneMatch(cookie -> cookie.startsWith("JSESSIONID"));
        assertThat(broken.statusCode()).isEqualTo(302);
        assertThat(broken.headers().firstValue("Location").orElse("")).endsWith("/medtune/sso/login");
        assertThat(past.statusCode()).isIn(302, 401);
        assertThat(past.headers().allValues("Set-Cookie")).noneMatch(cookie -> cookie.startsWith("medtune-ticket"));
        assertThat(denied.statusCode()).isEqualTo(400);
        assertThat(denied.body()).contains("/medtune/login.xhtml").doesNotContain("access_denied");
        assertThat(denied.headers().firstValue("Content-Security-Policy").orElse("")).contains("default-src 'none'");
    }

    private static int status(String path, String authorization) throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(server.address() + path))
                .header("Authorization", authorization).build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private void awaitAddress(String path) {
        await(path).atMost(PATIENCE).until(() -> URI.create(browser.driver().getCurrentUrl()).getPath().equals(path));
    }
}
