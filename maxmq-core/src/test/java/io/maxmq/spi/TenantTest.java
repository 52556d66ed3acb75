package io.maxmq.spi;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class TenantTest {

    @Test
    void takesPlainNames() {
        assertThat(new Tenant("a.B-9_z").name()).isEqualTo("a.B-9_z");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "+", "#", "ä", "a b", "\0"})
    void refusesNamesThatCouldNotStandInAKeyOrTopic(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Tenant(name));
    }
}
