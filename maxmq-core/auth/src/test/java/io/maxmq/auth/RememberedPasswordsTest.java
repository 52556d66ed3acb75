package io.maxmq.auth;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RememberedPasswordsTest {
    private static final PasswordHash HASH = PasswordHash.parse("$6$AAAA$" + "A".repeat(86));
    private static final PasswordHash OTHER = PasswordHash.parse("$6$BBBB$" + "A".repeat(86));

    private final RememberedPasswords remembered = new RememberedPasswords(2, 100);

    @Test
    void knowsThePasswordOfTheUserAndNoOther() {
        remembered.remember(TenantUser.of("ab"), HASH, bytes("c"), 0);

        assertThat(remembered.knows(TenantUser.of("ab"), HASH, bytes("c"), 99)).isTrue();
        assertThat(remembered.knows(TenantUser.of("ab"), HASH, bytes("d"), 99)).isFalse();
        assertThat(remembered.knows(TenantUser.of("a"), HASH, bytes("bc"), 99)).isFalse();
        assertThat(remembered.knows(TenantUser.of("abc"), HASH, bytes(""), 99)).isFalse();
    }

    @Test
    void aWrongPasswordDoesNotMakeItForget() {
        remembered.remember(TenantUser.of("a"), HASH, bytes("c"), 0);
        remembered.knows(TenantUser.of("a"), HASH, bytes("d"), 0);

        assertThat(remembered.knows(TenantUser.of("a"), HASH, bytes("c"), 0)).isTrue();
    }

    @Test
    void forgetsInTime() {
        remembered.remember(TenantUser.of("a"), HASH, bytes("c"), 0);

        assertThat(remembered.knows(TenantUser.of("a"), HASH, bytes("c"), 100)).isFalse();
        assertThat(remembered.size()).isZero();
    }

    @Test
    void forgetsWhenTheFileSaysAnother() {
        remembered.remember(TenantUser.of("a"), HASH, bytes("c"), 0);

        assertThat(remembered.knows(TenantUser.of("a"), OTHER, bytes("c"), 0)).isFalse();
        assertThat(remembered.knows(TenantUser.of("a"), HASH, bytes("c"), 0)).isFalse();
    }

    @Test
    void isBounded() {
        remembered.remember(TenantUser.of("a"), HASH, bytes("c"), 0);
        remembered.remember(TenantUser.of("b"), HASH, bytes("c"), 0);
        remembered.knows(TenantUser.of("a"), HASH, bytes("c"), 0);
        remembered.remember(TenantUser.of("c"), HASH, bytes("c"), 0);

        assertThat(remembered.size()).isEqualTo(2);
        assertThat(remembered.knows(TenantUser.of("a"), HASH, bytes("c"), 0)).isTrue();
        assertThat(remembered.knows(TenantUser.of("b"), HASH, bytes("c"), 0)).isFalse();
    }

    @Test
    void remembersNothingWhenToldSo() {
        RememberedPasswords nothing = new RememberedPasswords(10, 0);
        nothing.remember(TenantUser.of("a"), HASH, bytes("c"), 0);

        assertThat(nothing.knows(TenantUser.of("a"), HASH, bytes("c"), 0)).isFalse();
        assertThat(nothing.size()).isZero();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
