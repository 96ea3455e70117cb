package org.medtune.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.medtune.it.RestClient.Answer;

/**
 * A user of a server under test. The administrator is the one that the server's first boot has made; others are made by
 * that one, over REST.
 *
 * @param name     of the user
 * @param password of the user
 */
public record Login(String name, String password) {

    private static final Map<Integer, Path> HOMES = new ConcurrentHashMap<>();

    /** Tells where the server of a port keeps its users. */
    static void serverStarts(int port, Path home) {
        HOMES.put(port, home);
    }

    /** The first user of the server at an address, as the server has kept the password; an empty one before. */
    public static Login administrator(URI address) {
        Path file = HOMES.getOrDefault(address.getPort(), Path.of("none")).resolve("users/administrator-password.txt");
        try {
            String[] words = Files.exists(file) ? Files.readString(file).strip().split(" ") : new String[0];
            return words.length == 2 ? new Login(words[0], words[1]) : new Login("", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A new user of the server at an address, with some roles. */
    public static Login make(URI address, String... roles) {
        Login login = new Login("user-" + UUID.randomUUID(), UUID.randomUUID().toString());
        String quoted = List.of(roles).stream().map(role -> "\"" + role + "\"").collect(Collectors.joining(", "));
        Answer answer = new RestClient(address.getPort()).postJson("api/users", """
                {"name": "%s", "password": "%s", "roles": [%s]}""".formatted(login.name, login.password, quoted));
        if (answer.status() != 201) {
            throw new IllegalStateException(answer.text());
        }
        return login;
    }

    /** A bearer token of this user. */
    public String token(URI address) {
        Answer answer = new RestClient(address.getPort(), this).postJson("api/account/tokens", "{\"label\": \"a test's\"}");
        if (answer.status() != 201) {
            throw new IllegalStateException(answer.text());
        }
        return answer.json().path("secret").asText();
    }

    /** The header Authorization. */
    public String basic() {
        return "Basic " + Base64.getEncoder().encodeToString((name + ":" + password).getBytes(StandardCharsets.UTF_8));
    }
}
