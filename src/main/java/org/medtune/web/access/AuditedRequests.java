package org.medtune.web.access;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What requests are called in the audit log. Starting, stopping and restarting executions of any job, users, passwords
 * and tokens are recorded where they are done, since pages do that too; the conversations of clinicians are their own,
 * and what they ask is recorded if the site wants that.
 */
final class AuditedRequests {

    private static final String NONE = "";
    private static final Set<String> READ_ONLY = Set.of("GET", "HEAD", "OPTIONS");

    /** The first that fits decides. */
    private static final List<Named> NAMES = List.of(
            // looking at the job's executions takes nothing along
            Named.of("GET", "/api/exports(/[^/]+)?", NONE),
            Named.of("GET", "/api/.*/(export|exports)(/.*)?", "export"),
            Named.of("GET", "/api/chat/feedback", "export"),
            Named.of("GET", "/api/.*/download", "export"),
            Named.of("[A-Z]+", "/api/(account|users|audit)(/.*)?", NONE),
            Named.of("POST", "/api/(jobs|evaluations|downloads|purges|exports)(/[^/]+/(stop|restart))?", NONE),
            Named.of("POST", "/api/jobs/estimate", NONE),
            Named.of("DELETE", "/api/chat/conversations/[^/]+", "delete"),
            Named.of("[A-Z]+", "/(api/chat|v1)/.*", NONE),
            Named.of("DELETE", "/api/.*", "delete"),
            Named.of("[A-Z]+", "/api/.*(publish|publication|publications)(/.*)?", "publish"),
            Named.of("[A-Z]+", "/api/.*(upload|uploads)(/.*)?", "upload"),
            Named.of("[A-Z]+", "/api/.*(export|exports)(/.*)?", "export"),
            Named.of("[A-Z]+", "/api/.*", "change"));

    private AuditedRequests() {
    }

    private record Named(Pattern method, Pattern path, String action) {

        static Named of(String method, String path, String action) {
            return new Named(Pattern.compile(method), Pattern.compile(path), action);
        }

        boolean fits(String aMethod, String aPath) {
            return method.matcher(aMethod).matches() && path.matcher(aPath).matches();
        }
    }

    /** The name of what a request does; nothing if it is not recorded here. */
    static Optional<String> action(String method, String path) {
        return NAMES.stream().filter(named -> named.fits(method, path)).findFirst()
                .filter(named -> !READ_ONLY.contains(method) || method.equals("GET") && named.action.equals("export"))
                .map(Named::action).filter(action -> !action.isEmpty());
    }
}
