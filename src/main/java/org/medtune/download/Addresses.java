package org.medtune.download;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Puts texts into addresses. */
final class Addresses {

    private Addresses() {
    }

    /** An address below a base. */
    static URI below(URI base, String path) {
        return URI.create(base + path);
    }

    /** A text as part of a query, or as one part of a path. */
    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** A path, its slashes left as they are. */
    static String encodePath(String path) {
        return Arrays.stream(path.split("/", -1)).map(Addresses::encode).collect(Collectors.joining("/"));
    }
}
