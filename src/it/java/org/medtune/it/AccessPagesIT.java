package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The pages of logins in a browser. With {@code -Dmedtune.it.pictures=true} the pictures of {@code docs/images} are
 * taken anew.
 */
@ExtendWith({SharedServer.class, ChromiumInstalled.class})
class AccessPagesIT {

    private Browser browser;

    @BeforeEach
    void open() {
        browser = Browser.open();
    }

    @AfterEach
    void close() {
        browser.close();
    }

    @Test
    void userMayDoWhatAnAdministratorHasGivenOnThePages(WildFlyServer server) {
        // given: the login page, and a wrong password
        String name = "li-" + System.nanoTime();
        Login administrator = Login.make(URI.create(server.address()), "administrator");
        browser.driver().get(server.address() + "login.xhtml?language=en");
        browser.driver().get(server.address() + "users.xhtml");
        browser.logIn(new Login(administrator.name(), "a wrong password"));
        browser.awaitText("#problem", text -> text.contains("Name or password is wrong."));
        browser.picture("login", 560);

        // when: a user is added
        browser.logIn(administrator);
        browser.awaitText("#list", text -> text.contains(administrator.name()));
        browser.shown("#name").sendKeys(name);
        browser.shown("#password").sendKeys("a long password");
        browser.click("#new-user input[value=clinician]");
        browser.click("#add");

        // then
        browser.shown("#done");
        assertThat(browser.text("#list")).contains(name);
        browser.picture("users", 800);

        // when: a password that is too short
        browser.shown("#name").sendKeys(name + "x");
        browser.driver().executeScript("document.getElementById('password').removeAttribute('minlength')");
        browser.shown("#password").sendKeys("short");
        browser.click("#new-user input[value=clinician]");
        browser.click("#add");

        // then: the page says what to change
        browser.awaitText("#problem", text -> text.contains("MEDTUNE000914"));

        // when: the audit log, and its check
        browser.driver().get(server.address() + "audit.xhtml");
        browser.shown("#action").sendKeys("user-created");
        browser.click("#show");

        // then
        browser.awaitText("#entries", text -> text.contains(name) && text.contains(administrator.name()));
        browser.click("#check");
        browser.awaitText("#verdict", text -> text.matches("(?s).*\\d+ lines are intact.*[0-9a-f]{64}.*"));
        browser.picture("audit", 800);

        // when: the new user logs in, and makes a token
        browser.click(".mt-inline button");
        browser.logIn(new Login(name, "a long password"));
        browser.shown("#question");
        browser.driver().get(server.address() + "account.xhtml");
        browser.awaitText("#name", name::equals);
        assertThat(browser.text("#roles")).isEqualTo("Clinician");
        assertThat(browser.text("nav")).doesNotContain("Users").doesNotContain("Audit log");
        browser.shown("#label").sendKeys("notebook");
        browser.click("#make");
        String secret = browser.awaitText("#secret", text -> !text.isBlank());
        browser.awaitText("#tokens", text -> text.contains("notebook"));
        browser.picture("account", 760);

        // then: no script was kept from running, and the token is good until it is revoked
        assertThat(browser.driver().manage().logs().get("browser").getAll())
                .filteredOn(entry -> entry.getMessage().contains("Content Security Policy")).isEmpty();
        assertThat(bearer(server, secret)).isEqualTo(200);
        browser.click("[data-part=revoke]");
        browser.shown("#no-tokens");
        assertThat(bearer(server, secret)).isEqualTo(401);
    }

    private static int bearer(WildFlyServer server, String secret) {
        WebClient program = new WebClient(server);
        return program.send(program.request("v1/models").header("Authorization", "Bearer " + secret)).statusCode();
    }
}
