package org.medtune.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class CallerTest {

    private final Caller li = new Caller("li", Set.of(Role.CLINICIAN), "10.0.0.1");
    private final Caller wang = new Caller("wang", Set.of(Role.ADMINISTRATOR), "10.0.0.2");

    @Test
    void actsInAThreadAsLongAsThatIsSaid() {
        assertThat(Caller.current()).isNull();
        try (Caller.Acting outer = li.act()) {
            try (Caller.Acting inner = wang.act()) {
                assertThat(Caller.current()).isEqualTo(wang);
            }
            assertThat(Caller.current()).isEqualTo(li);
        }
        assertThat(Caller.current()).as("the next request of this thread is nobody's").isNull();
    }

    @Test
    void hasEachRoleAsAnAdministrator() {
        assertThat(wang.is(Role.OPERATOR)).isTrue();
        assertThat(li.is(Role.CLINICIAN)).isTrue();
        assertThat(li.is(Role.OPERATOR)).isFalse();
    }
}
