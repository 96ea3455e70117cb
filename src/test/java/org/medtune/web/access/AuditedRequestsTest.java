package org.medtune.web.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuditedRequestsTest {

    @ParameterizedTest
    @CsvSource({
        "GET,    /api/chat/feedback,                export",
        "GET,    /api/chat/feedback/,               export",
        "GET,    /api/chat/conversations/7/export,  export",
        "GET,    /api/jobs/7/metrics,               ''",
        "GET,    /api/jobs,                         ''",
        "HEAD,   /api/chat/feedback,                ''",
        "POST,   /api/uploads,                      upload",
        "POST,   /api/uploads/7/keep,               upload",
        "DELETE, /api/uploads/7,                    delete",
        "DELETE, /api/jobs/7,                       delete",
        "DELETE, /api/chat/conversations/7,         delete",
        "POST,   /api/jobs/7/publish,               publish",
        "POST,   /api/something/new,                change",
        "PUT,    /api/jobs/7,                       change",
    })
    void namesWhatARequestDoes(String method, String path, String action) {
        assertThat(AuditedRequests.action(method, RequestPath.of(path).value()).orElse("")).isEqualTo(action);
    }

    @ParameterizedTest
    @CsvSource({
        "POST,   /api/jobs",
        "POST,   /api/jobs/",
        "POST,   /api/jobs/estimate",
        "POST,   /api/jobs/7/stop",
        "POST,   /api/jobs/7/restart/",
        "POST,   /api/evaluations",
        "POST,   /api/evaluations/7/stop",
        "POST,   /api/evaluations/7/restart",
        "POST,   /api/downloads",
        "POST,   /api/downloads/7/stop",
        "POST,   /api/downloads/7/restart",
        "POST,   /api/purges",
        "POST,   /api/users",
        "PUT,    /api/users/li",
        "DELETE, /api/account/tokens/7",
        "POST,   /api/chat/messages/7/regenerate",
        "POST,   /v1/chat/completions",
    })
    void leavesToOthersWhatTheyRecord(String method, String path) {
        assertThat(AuditedRequests.action(method, RequestPath.of(path).value())).isEmpty();
    }
}
