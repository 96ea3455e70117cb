package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.glassfish.jersey.server.ResourceConfig;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.access.Accounts;
import org.medtune.access.Role;
import org.medtune.it.RestClient.Answer;
import org.medtune.web.rest.OpenAiApplication;
import org.medtune.web.rest.RestApplication;

/** Who may reach what, at every address of the application, and what browsers are told beside it. */
@ExtendWith(SharedServer.class)
class AccessIT {

    private static final String NOBODY = "nobody";
    private static final Set<String> EVERYBODY = Set.of(NOBODY, "clinician", "operator", "auditor", "administrator");
    private static final Set<String> USERS = Set.of("clinician", "operator", "auditor", "administrator");

    /** The first that an address begins with counts; the last is for all that is not named. */
    private static final Map<String, Set<String>> ALLOWED = allowed();

    private static Map<String, Set<String>> allowed() {
        Map<String, Set<String>> table = new LinkedHashMap<>();
        table.put("login", EVERYBODY);
        table.put("error.xhtml", EVERYBODY);
        table.put("health/", EVERYBODY);
        table.put("jakarta.faces.resource/medtune.css", EVERYBODY);
        table.put("jakarta.faces.resource/", USERS);
        table.put("logout", USERS);
        table.put("account.xhtml", USERS);
        table.put("api/account", USERS);
        table.put("chat.xhtml", Set.of("clinician", "administrator"));
        table.put("api/chat", Set.of("clinician", "administrator"));
        table.put("api/openapi.", USERS);
        table.put("v1", Set.of("clinician", "administrator"));
        table.put("audit.xhtml", Set.of("auditor", "administrator"));
        table.put("api/audit", Set.of("auditor", "administrator"));
        table.put("users.xhtml", Set.of("administrator"));
        table.put("api/users", Set.of("administrator"));
        table.put("metrics", Set.of("operator", "auditor", "administrator"));
        table.put("", Set.of("operator", "administrator"));
        return table;
    }

    /** A request, whose body nothing can be done with. */
    private record Address(String method, String path) {}

    @Test
    void letsComeWhoMayComeAtEveryAddress(WildFlyServer server) throws IOException {
        // given
        URI base = URI.create(server.address());
        Map<String, RestClient> clients = new LinkedHashMap<>();
        clients.put(NOBODY, server.rest((Login) null));
        List.of("clinician", "operator", "auditor", "administrator")
                .forEach(role -> clients.put(role, server.rest(Login.make(base, role))));
        List<Address> addresses = addresses();
        assertThat(addresses).hasSizeGreaterThan(50).extracting(Address::path)
                .contains("api/jobs", "v1/chat/completions", "runs.xhtml", "jakarta.faces.resource/chat.js.xhtml?ln=js");

        // when / then
        SoftAssertions softly = new SoftAssertions();
        for (Address address : addresses) {
            Set<String> may = ALLOWED.entrySet().stream().filter(rule -> address.path.startsWith(rule.getKey()))
                    .findFirst().orElseThrow().getValue();
            clients.forEach((role, client) -> {
                Answer answer = client.send(address.method, address.path, "application/json", "[");
                softly.assertThat(verdict(role, answer)).as("%s as %s: %s %s", address, role, answer.status(),
                        answer.location()).isEqualTo(may.contains(role));
            });
        }
        softly.assertAll();
    }

    @ParameterizedTest
    @CsvSource({
        "api/jobs,   application/problem+json, MEDTUNE000918",
        "api/x/../y, application/problem+json, MEDTUNE000918",
        "metrics,    application/problem+json, MEDTUNE000918",
    })
    void tellsProgramsToLogIn(String path, String type, String id, WildFlyServer server) {
        Answer answer = server.rest((Login) null).get(path);

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.contentType()).isEqualTo(type);
        assertThat(answer.json().path("id").asText()).isEqualTo(id);
    }

    @Test
    void tellsOpenAisClientsInTheirForm(WildFlyServer server) {
        // given
        Login operator = Login.make(URI.create(server.address()), "operator");

        // when
        Answer nobody = server.rest((Login) null).get("v1/models");
        Answer wrong = server.rest(operator).get("v1/models");

        // then
        assertThat(nobody.status()).isEqualTo(401);
        assertThat(nobody.json().path("error").path("code").asText()).isEqualTo("invalid_api_key");
        assertThat(wrong.status()).isEqualTo(403);
        assertThat(wrong.json().path("error").path("message").asText()).startsWith("MEDTUNE000920: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "jakarta.faces.resource/..%2f..%2fWEB-INF/web.xml.xhtml?ln=css",
        "jakarta.faces.resource/web.xml.xhtml?ln=../WEB-INF", "jakarta.faces.resource/web.xml.xhtml?ln=..%2fWEB-INF",
        "jakarta.faces.resource/passwd.xhtml?ln=/etc", "WEB-INF/web.xml", "WEB-INF%2fweb.xml", "web-inf/web.xml",
        "WEB-INF/classes/META-INF/batch-jobs/fine-tune.xml", "META-INF/MANIFEST.MF", ".//WEB-INF/web.xml",
        "login.xhtml/..;/WEB-INF/web.xml", "v1/models/..%2f..%2fusers", "v1/models/%2e%2e%2f%2e%2e",
        "v1/models/%2fetc%2fpasswd", "api/models/..%2f..%2fvar", "api/models/%2fetc", "api/models/..",
        "api/datasets/..%2f..%2fpom.xml", "api/datasets/%2fetc%2fpasswd", "api/datasets/%252e%252e%252fpom.xml",
        "api/adapters/..%2fruns", "api/adapters/%2fetc", "api/jobs/..%2f..%2fusers/report",
        "api/chat/conversations/..%2fother", "api/chat/answers/..%2f..%2fx/events", "api/audit/..%2f..%2fusers",
        "api/users/..%2f..%2f..%2fetc%2fpasswd",
    })
    void givesNoFileOutsideOfWhatANameIsFor(String path, WildFlyServer server) throws Exception {
        // given: a client that sends the path as it is
        Login login = Login.make(URI.create(server.address()), "administrator");

        // when
        String answer = RawRequest.get(server, "/medtune/" + path, login.basic());

        // then
        assertThat(answer).doesNotContain("root:x:", "<web-app", "<filter-name>", "jakarta.batch", "Manifest-Version",
                "<artifactId>", "\tat ");
        assertThat(answer.split("\r\n", 2)[0]).matches("HTTP/1.1 (400|404|405|403|302).*");
    }

    @ParameterizedTest
    @CsvSource({
        "Sec-Fetch-Site, cross-site,            403",
        "Sec-Fetch-Site, same-site,             403",
        "Sec-Fetch-Site, same-origin,           400",
        "Origin,         https://evil.example,  403",
        "Origin,         null,                  403",
        "Origin,         http://localhost:1,    403",
        "X-Nothing,      a program,             400",
    })
    void letsNoPageOfAnotherSiteChangeAnything(String header, String value, int status, WildFlyServer server) {
        // given: somebody who is logged in
        WebClient browser = new WebClient(server);
        browser.logIn(Login.make(URI.create(server.address()), "operator"), "");

        // when
        HttpResponse<String> answer = browser.send(browser.request("api/jobs")
                .header("Content-Type", "application/json").header(header, value).POST(BodyPublishers.ofString("{")));

        // then
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    }

    @Test
    void keepsThePagesOfAnotherSiteFromLoggingSomebodyIn(WildFlyServer server) {
        WebClient browser = new WebClient(server);

        assertThat(browser.send(browser.request("login").header("Origin", "https://evil.example")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("name=a&password=b"))).statusCode()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"runs.xhtml", "catalogue.xhtml", "chat.xhtml", "account.xhtml", "users.xhtml",
        "audit.xhtml", "login.xhtml"})
    void hasNoScriptInItsPagesButThoseWithTheirNumber(String page, WildFlyServer server) {
        // given
        WebClient browser = new WebClient(server);
        browser.logIn(Login.make(URI.create(server.address()), "administrator"), "");

        // when
        HttpResponse<String> answer = browser.get(page);

        // then
        assertThat(answer.statusCode()).isEqualTo(200);
        List<String> policies = answer.headers().allValues("Content-Security-Policy");
        assertThat(policies).hasSize(1);
        assertThat(policies.get(0)).contains("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")
                .doesNotContain("unsafe-eval").doesNotContain("*");
        String scripts = Arrays.stream(policies.get(0).split(";")).map(String::strip)
                .filter(part -> part.startsWith("script-src ")).findFirst().orElseThrow();
        assertThat(scripts).matches("script-src 'self' 'nonce-[A-Za-z0-9+/=]{20,}'");
        String nonce = scripts.replaceAll(".*'nonce-(.*)'", "$1");
        Document document = Jsoup.parse(answer.body());
        for (Element script : document.select("script")) {
            assertThat(script.attr("nonce")).as(script.outerHtml()).isEqualTo(nonce);
        }
        for (Element element : document.getAllElements()) {
            assertThat(element.attributes().asList()).extracting(attribute -> attribute.getKey().toLowerCase())
                    .noneMatch(name -> name.startsWith("on"));
            assertThat(element.attr("href")).doesNotStartWith("javascript:");
        }
        assertThat(browser.get(page).headers().firstValue("Content-Security-Policy")).as("another number each time")
                .isNotEqualTo(answer.headers().firstValue("Content-Security-Policy"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"login.xhtml", "runs.xhtml", "api/jobs", "v1/models", "health/live", "nothing",
        "jakarta.faces.resource/medtune.css.xhtml?ln=css"})
    void protectsEveryAnswerByHeaders(String path, WildFlyServer server) {
        HttpResponse<String> answer = new WebClient(server).get(path);

        assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(answer.headers().firstValue("X-Frame-Options")).contains("DENY");
        assertThat(answer.headers().firstValue("Referrer-Policy")).contains("same-origin");
        assertThat(answer.headers().firstValue("Cross-Origin-Resource-Policy")).contains("same-origin");
        assertThat(answer.headers().firstValue("Server")).isEmpty();
        assertThat(answer.headers().firstValue("X-Powered-By")).isEmpty();
        if (!path.startsWith("jakarta")) {
            assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"login.xhtml", "login.xhtml?to=%2Fmedtune%2Fchat.xhtml", "runs.xhtml", "nothing.xhtml",
        "api/jobs", "health/live", "jakarta.faces.resource/medtune.css.xhtml?ln=css"})
    void keepsNothingForWhomItDoesNotKnow(String path, WildFlyServer server) {
        HttpResponse<String> answer = new WebClient(server).get(path);

        assertThat(answer.headers().allValues("Set-Cookie")).noneMatch(cookie -> cookie.startsWith("JSESSIONID"));
    }

    @Test
    void seesAtOnceWhatAnotherServerOrTheCommandLineMakesOfAUser(WildFlyServer server) {
        // given
        WebClient browser = new WebClient(server);
        Login login = Login.make(URI.create(server.address()), "auditor");
        browser.logIn(login, "");
        assertThat(browser.get("audit.xhtml").statusCode()).isEqualTo(200);
        Accounts elsewhere = new Accounts(server.home().resolve("users/application"));

        // when / then
        elsewhere.setRoles(login.name(), Set.of(Role.CLINICIAN));
        assertThat(browser.get("audit.xhtml").statusCode()).isEqualTo(403);
        assertThat(browser.get("chat.xhtml").statusCode()).isEqualTo(200);
        elsewhere.delete(login.name());
        assertThat(browser.get("chat.xhtml").statusCode()).isEqualTo(302);
    }

    @Test
    void keepsNothingForAWrongPassword(WildFlyServer server) {
        WebClient browser = new WebClient(server);

        HttpResponse<String> answer = browser.logIn(new Login("nobody-at-all", "a wrong password"), "");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().allValues("Content-Security-Policy")).as("the page can be sent once more")
                .singleElement().asString().contains("form-action 'self'");
        assertThat(browser.session()).isEmpty();
    }

    @Test
    void knowsNoMethodThatShowsTheRequest(WildFlyServer server) throws IOException {
        assertThat(RawRequest.send(server, "TRACE", "/medtune/login.xhtml", "").split("\r\n", 2)[0])
                .matches("HTTP/1.1 (403|405|501).*");
    }

    private static boolean verdict(String role, Answer answer) {
        boolean toLogin = answer.status() == 302 && answer.location().contains("/login.xhtml?to=");
        if (role.equals(NOBODY)) {
            return answer.status() != 401 && !toLogin;
        }
        // the runs' page sends who may not see it to the page that is theirs
        boolean elsewhere = answer.status() == 302 && answer.location().matches(".*/(chat|audit)\\.xhtml");
        assertThat(answer.status() == 401 || toLogin).as("a known user was asked who that is").isFalse();
        return answer.status() != 403 && !elsewhere;
    }

    private static List<Address> addresses() throws IOException {
        List<Address> all = new ArrayList<>();
        resources("api", new RestApplication(), all);
        resources("v1", new OpenAiApplication(), all);
        try (Stream<java.nio.file.Path> files = Files.walk(java.nio.file.Path.of("webapp"))) {
            for (java.nio.file.Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String name = java.nio.file.Path.of("webapp").relativize(file).toString();
                if (name.startsWith("resources/")) {
                    String[] parts = name.split("/");
                    all.add(new Address("GET", "jakarta.faces.resource/" + parts[2] + ".xhtml?ln=" + parts[1]));
                    all.add(new Address("GET", name));
                } else if (!name.startsWith("WEB-INF")) {
                    all.add(new Address("GET", name));
                }
            }
        }
        for (String servlet : List.of("login", "logout", "metrics", "health/live", "health/ready",
                "api/chat/answers/none/events", "api/jobs/none/events", "api/nothing", "nothing", "nothing.xhtml")) {
            all.add(new Address("GET", servlet));
        }
        return all;
    }

    private static void resources(String application, ResourceConfig config, List<Address> all) {
        Set<String> found = new TreeSet<>();
        for (Class<?> type : config.getClasses()) {
            Path root = type.getAnnotation(Path.class);
            if (root == null) {
                continue;
            }
            for (Method method : type.getMethods()) {
                Arrays.stream(method.getAnnotations()).map(one -> one.annotationType().getAnnotation(HttpMethod.class))
                        .filter(one -> one != null).forEach(verb -> {
                            Path below = method.getAnnotation(Path.class);
                            String path = application + "/" + root.value() + "/" + (below == null ? "" : below.value());
                            found.add(verb.value() + " " + path.replaceAll("\\{[^}]*}", "none").replaceAll("/+", "/")
                                    .replaceAll("/$", ""));
                        });
            }
        }
        found.forEach(one -> all.add(new Address(one.split(" ")[0], one.split(" ")[1])));
    }
}
