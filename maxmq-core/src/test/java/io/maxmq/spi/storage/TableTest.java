package io.maxmq.spi.storage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class TableTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "Session", "1st", "-a", "a/b", "a b", "ä", "..", "a\0"})
    void refusesNamesThatCouldNotBeFiles(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Table(name));
    }

    @Test
    void takesNamesOfUpTo64Characters() {
        assertThat(new Table("a" + "0-_.z".repeat(12) + "abc").name()).hasSize(64);
        assertThatIllegalArgumentException().isThrownBy(() -> new Table("a".repeat(65)));
    }
}
