package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;

class SettingTest {

    private static final String NAME = "of.a.test";

    @AfterEach
    void tearDown() {
        System.clearProperty("medtune." + NAME);
    }

    @Test
    void readsPropertiesAndTakesTheUsualValueWhereThereIsNone() {
        assertThat(Setting.number(NAME, 7, 1)).isEqualTo(7);
        assertThat(Setting.isOn(NAME)).isFalse();
        System.setProperty("medtune." + NAME, " 1 ");
        assertThat(Setting.number(NAME, 7, 1)).isEqualTo(1);
        System.setProperty("medtune." + NAME, "True");
        assertThat(Setting.isOn(NAME)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "many", "1.5", "99999999999", ""})
    void refusesWhatIsNoSuchNumber(String text) {
        System.setProperty("medtune." + NAME, text);

        assertThatThrownBy(() -> Setting.number(NAME, 7, 1)).isInstanceOf(InvalidInputException.class)
                .hasMessage("MEDTUNE000940: MEDTUNE_OF_A_TEST is '" + text + "'; give a whole number from 1 to "
                        + "2147483647 in the server's environment, and start the server again.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "on", "1", ""})
    void takesNothingElseForOn(String text) {
        System.setProperty("medtune." + NAME, text);

        assertThatThrownBy(() -> Setting.isOn(NAME)).isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000940: MEDTUNE_OF_A_TEST is '" + text + "'; give true or false");
    }
}
