package org.medtune.it;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A request whose path no client has tidied up. */
final class RawRequest {

    private RawRequest() {
    }

    /** The whole answer, status line and headers included. */
    static String get(WildFlyServer server, String path, String authorization) throws IOException {
        return send(server, "GET", path, authorization);
    }

    static String send(WildFlyServer server, String method, String path, String authorization) throws IOException {
        URI address = URI.create(server.address());
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write((method + " " + path + " HTTP/1.1\r\nHost: localhost:" + address.getPort()
                    + "\r\nConnection: close\r\n" + (authorization.isEmpty() ? "" : "Authorization: " + authorization
                    + "\r\n") + "\r\n").getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
