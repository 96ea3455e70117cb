package org.medtune.web.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.access.Caller;
import org.medtune.access.Role;

class AccessTableTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/login.xhtml                              | nobody administrator auditor clinician operator",
        "/login.xhtmlx                             | administrator operator",
        "/health/live                              | nobody administrator auditor clinician operator",
        "/healthy                                  | administrator operator",
        "/jakarta.faces.resource/run.js.xhtml      | administrator auditor clinician operator",
        "/api/account/tokens                       | administrator auditor clinician operator",
        "/api/accounts                             | administrator operator",
        "/api/chat/status                          | administrator clinician",
        "/api/chatter                              | administrator operator",
        "/v1/chat/completions/                     | administrator clinician",
        "/api/jobs                                 | administrator operator",
        "/api/audit/check                          | administrator auditor",
        "/api/users/                               | administrator",
        "/metrics                                  | administrator auditor operator",
        "/                                         | administrator operator",
        "//                                        | administrator operator",
        "/what/nobody/thought/of                   | administrator operator",
    })
    void letsIn(String path, String who) {
        AccessTable.Rule rule = AccessTable.of(RequestPath.of(path));

        Set<String> allowed = Arrays.stream(Role.values())
                .filter(role -> rule.allows(new Caller("li", Set.of(role), ""))).map(Role::id)
                .collect(Collectors.toSet());
        if (rule.allows(null)) {
            allowed.add("nobody");
        }
        assertThat(allowed).containsExactlyInAnyOrder(who.split(" "));
        assertThat(rule.allows(new Caller("li", Set.of(), ""))).as("a user without a role").isEqualTo(rule.open());
    }
}
