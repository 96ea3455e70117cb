package org.medtune.testing;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A hub on this machine that answers as huggingface.co and as modelscope.cn do. As on the former, large files are at
 * another address, which requests are redirected to. Content can be made to come in all the ways in which it should not.
 */
public final class FakeHub implements AutoCloseable {

    /** What the newest commit is called. */
    public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final int ENTRIES_ON_A_PAGE = 2;

    /** What was sent is read by then; the end of a connection would overtake it otherwise. */
    private static final long ARRIVAL_MILLISECONDS = 100;

    private final HttpServer api;
    private final HttpServer content;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile String ownName;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<String, Map<String, StoredFile>> repositories = new ConcurrentHashMap<>();
    private final Map<String, Queue<Fault>> faults = new ConcurrentHashMap<>();
    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();

    /** What may happen to an answer with content. */
    public record Fault(Kind kind, int status) {

        /** The ways. */
        public enum Kind { BREAK, BREAK_ANEW, WRONG, IGNORE_RANGE, STALL, STATUS }

        /** The connection ends in the middle of what was asked for. */
        public static final Fault BREAK = new Fault(Kind.BREAK, 0);
        /** The same, of all, although only the end was asked for. */
        public static final Fault BREAK_ANEW = new Fault(Kind.BREAK_ANEW, 0);
        /** Other bytes come, as many. */
        public static final Fault WRONG = new Fault(Kind.WRONG, 0);
        /** All comes, although only the end was asked for. */
        public static final Fault IGNORE_RANGE = new Fault(Kind.IGNORE_RANGE, 0);
        /** In the middle nothing comes any more. */
        public static final Fault STALL = new Fault(Kind.STALL, 0);

        /** Nothing comes but a status; 429 asks for a pause of no second. */
        public static Fault status(int status) {
            return new Fault(Kind.STATUS, status);
        }
    }

    /** A request that came; absent headers are null. */
    public record Request(boolean toApi, String path, String range, String ifRange, String authorization,
                          String cookie) {
    }

    private record StoredFile(byte[] bytes, boolean large, long claimedBytes) {

        String sha256() {
            return hex("SHA-256", bytes);
        }

        String gitBlob() {
            byte[] header = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
            byte[] all = Arrays.copyOf(header, header.length + bytes.length);
            System.arraycopy(bytes, 0, all, header.length, bytes.length);
            return hex("SHA-1", all);
        }

        private static String hex(String algorithm, byte[] bytes) {
            try {
                return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private FakeHub() throws IOException {
        api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        content = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        api.createContext("/", exchange -> answer(exchange, true));
        content.createContext("/", exchange -> answer(exchange, false));
        ownName = address().toString();
        for (HttpServer server : List.of(api, content)) {
            server.setExecutor(threads);
            server.start();
        }
    }

    /** A hub without repositories. */
    public static FakeHub start() {
        try {
            return new FakeHub();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it is. */
    public URI address() {
        return URI.create("http://127.0.0.1:" + api.getAddress().getPort());
    }

    /** Calls itself by another address in what it answers, as a mirror of a hub does. */
    public FakeHub mirrorOf(String address) {
        ownName = address;
        return this;
    }

    /** Puts a file into a repository, in the place of one of that path. */
    public FakeHub put(String repository, String path, byte[] bytes, boolean large) {
        return put(repository, path, bytes, large, bytes.length);
    }

    /** Puts a file that is listed with another size than it has. */
    public FakeHub put(String repository, String path, byte[] bytes, boolean large, long claimedBytes) {
        repositories.computeIfAbsent(repository, name -> new TreeMap<>())
                .put(path, new StoredFile(bytes, large, claimedBytes));
        return this;
    }

    /** Lets something happen to the next answers with the content of a file, or to any others by their path. */
    public FakeHub fault(String path, Fault... next) {
        faults.computeIfAbsent(path, name -> new ConcurrentLinkedQueue<>()).addAll(List.of(next));
        return this;
    }

    /** All requests so far, in their order. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** The requests for the content of a file. */
    public List<Request> contentRequests(String path) {
        return requests.stream().filter(request -> !request.toApi() && request.path().endsWith("/" + path)).toList();
    }

    private void answer(HttpExchange exchange, boolean toApi) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            requests.add(new Request(toApi, path, header(exchange, "Range"), header(exchange, "If-Range"),
                    header(exchange, "Authorization"), header(exchange, "Cookie")));
            if (!toApi) {
                sendContent(exchange, path.substring(1));
                return;
            }
            Fault fault = next(path);
            if (fault != null) {
                exchange.getResponseHeaders().set("Retry-After", "0");
                exchange.sendResponseHeaders(fault.status(), -1);
            } else if (path.startsWith("/api/v1/")) {
                modelScope(exchange, path.substring("/api/v1/".length()));
            } else {
                huggingFace(exchange, path);
            }
        }
    }

    private void huggingFace(HttpExchange exchange, String path) throws IOException {
        for (Map.Entry<String, Map<String, StoredFile>> repository : repositories.entrySet()) {
            String name = repository.getKey();
            for (String kind : List.of("models", "datasets")) {
                String about = "/api/" + kind + "/" + name;
                String files = (kind.equals("models") ? "/" : "/datasets/") + name + "/resolve/" + COMMIT + "/";
                if (path.equals(about + "/revision/main")) {
                    json(exchange, Map.of("id", name, "sha", COMMIT));
                    return;
                }
                if (path.equals(about + "/tree/" + COMMIT)) {
                    tree(exchange, about, repository.getValue());
                    return;
                }
                if (path.startsWith(files)) {
                    String file = path.substring(files.length());
                    StoredFile stored = repository.getValue().get(file);
                    if (stored != null && stored.large()) {
                        redirect(exchange, name + "/" + file);
                    } else {
                        sendContent(exchange, name + "/" + file);
                    }
                    return;
                }
            }
        }
        exchange.sendResponseHeaders(404, -1);
    }

    private void tree(HttpExchange exchange, String about, Map<String, StoredFile> files) throws IOException {
        List<Map<String, Object>> entries = new ArrayList<>();
        entries.add(Map.of("type", "directory", "oid", "0".repeat(40), "size", 0, "path", "folder"));
        files.forEach((path, file) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("type", "file");
            entry.put("oid", file.large() ? "1".repeat(40) : file.gitBlob());
            entry.put("size", file.claimedBytes());
            if (file.large()) {
                entry.put("lfs", Map.of("oid", file.sha256(), "size", file.claimedBytes(), "pointerSize", 134));
            }
            entry.put("path", path);
            entries.add(entry);
        });
        Map<String, String> query = query(exchange.getRequestURI());
        int from = Integer.parseInt(query.getOrDefault("cursor", "0"));
        int to = Math.min(from + ENTRIES_ON_A_PAGE, entries.size());
        if (to < entries.size()) {
            exchange.getResponseHeaders().set("Link", "<" + ownName + about + "/tree/" + COMMIT
                    + "?recursive=true&cursor=" + to + ">; rel=\"next\"");
        }
        json(exchange, entries.subList(from, to));
    }

    private void modelScope(HttpExchange exchange, String path) throws IOException {
        Map<String, String> query = query(exchange.getRequestURI());
        for (Map.Entry<String, Map<String, StoredFile>> repository : repositories.entrySet()) {
            String name = repository.getKey();
            String number = Integer.toString(Math.abs(name.hashCode()));
            if (path.equals("datasets/" + name)) {
                json(exchange, Map.of("Code", 200, "Success", true, "Data", Map.of("Id", number, "Type", 1)));
                return;
            }
            if (path.equals("models/" + name + "/repo/files") || path.equals("datasets/" + number + "/repo/tree")) {
                json(exchange, Map.of("Code", 200, "Success", true, "Data",
                        Map.of("Files", entries(repository.getValue(), query))));
                return;
            }
            if (path.equals("models/" + name + "/repo") || path.equals("datasets/" + name + "/repo")) {
                redirect(exchange, name + "/" + query.get("FilePath"));
                return;
            }
        }
        exchange.sendResponseHeaders(404, -1);
    }

    private static List<Map<String, Object>> entries(Map<String, StoredFile> files, Map<String, String> query) {
        List<Map<String, Object>> entries = new ArrayList<>();
        entries.add(Map.of("Type", "tree", "Path", "folder", "Name", "folder"));
        files.forEach((path, file) -> entries.add(Map.of("Type", "blob", "Path", path, "Size", file.claimedBytes(),
                "Sha256", file.sha256(), "Revision", COMMIT)));
        int size = Integer.parseInt(query.getOrDefault("PageSize", "1000000"));
        int from = size * (Integer.parseInt(query.getOrDefault("PageNumber", "1")) - 1);
        return entries.subList(Math.min(from, entries.size()), Math.min(from + size, entries.size()));
    }

    private void redirect(HttpExchange exchange, String file) throws IOException {
        try {
            exchange.getResponseHeaders().set("Location", new URI("http", null, "127.0.0.1",
                    content.getAddress().getPort(), "/" + file, null, null).toASCIIString());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
        exchange.sendResponseHeaders(302, -1);
    }

    private void sendContent(HttpExchange exchange, String repositoryAndPath) throws IOException {
        StoredFile file = repositories.entrySet().stream()
                .filter(repository -> repositoryAndPath.startsWith(repository.getKey() + "/"))
                .map(repository -> repository.getValue()
                        .get(repositoryAndPath.substring(repository.getKey().length() + 1)))
                .findFirst().orElse(null);
        if (file == null) {
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        Fault fault = next(repositoryAndPath.substring(repositoryAndPath.lastIndexOf('/') + 1));
        Fault.Kind kind = fault == null ? null : fault.kind();
        if (kind == Fault.Kind.STATUS) {
            exchange.getResponseHeaders().set("Retry-After", "0");
            exchange.sendResponseHeaders(fault.status(), -1);
            return;
        }
        byte[] bytes = file.bytes().clone();
        if (kind == Fault.Kind.WRONG) {
            Arrays.fill(bytes, (byte) 7);
        }
        String tag = "\"" + file.sha256() + "\"";
        String ifRange = header(exchange, "If-Range");
        String range = header(exchange, "Range");
        int from = 0;
        boolean ignore = kind == Fault.Kind.IGNORE_RANGE || kind == Fault.Kind.BREAK_ANEW;
        if (range != null && !ignore && (ifRange == null || ifRange.equals(tag))) {
            from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
            exchange.getResponseHeaders().set("Content-Range",
                    "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
        }
        exchange.getResponseHeaders().set("ETag", tag);
        int length = bytes.length - from;
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, length == 0 ? -1 : length);
        boolean half = kind == Fault.Kind.BREAK || kind == Fault.Kind.BREAK_ANEW || kind == Fault.Kind.STALL;
        exchange.getResponseBody().write(bytes, from, half ? length / 2 : length);
        exchange.getResponseBody().flush();
        if (half) {
            waitUntilClosed(kind == Fault.Kind.STALL ? Long.MAX_VALUE : ARRIVAL_MILLISECONDS);
        }
    }

    private void waitUntilClosed(long milliseconds) {
        try {
            closed.await(milliseconds, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Fault next(String path) {
        Queue<Fault> queue = faults.get(path);
        return queue == null ? null : queue.poll();
    }

    private static void json(HttpExchange exchange, Object value) throws IOException {
        byte[] body = MAPPER.writeValueAsBytes(value);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    private static String header(HttpExchange exchange, String name) {
        return exchange.getRequestHeaders().getFirst(name);
    }

    private static Map<String, String> query(URI address) {
        Map<String, String> values = new HashMap<>();
        for (String part : address.getRawQuery() == null ? new String[0] : address.getRawQuery().split("&")) {
            String[] pair = part.split("=", 2);
            values.put(pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
        }
        return values;
    }

    @Override
    public void close() {
        closed.countDown();
        api.stop(0);
        content.stop(0);
        threads.shutdownNow();
    }
}
