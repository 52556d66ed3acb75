package io.maxmq.auth;

import io.maxmq.ManualClock;
import io.maxmq.spi.Tenant;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RememberedLoginsTest {
    private static final Duration LIFE = Duration.ofHours(1);
    private static final Tenant BLUE = new Tenant("blue");

    private final ManualClock clock = new ManualClock();
    private final RememberedLogins<String> remembered = new RememberedLogins<>(clock, 2);

    private RememberedLogins.Key key(Tenant tenant, String user, String password) {
        return remembered.key(tenant, bytes(user), bytes(password));
    }

    private void remember(String user, String password) {
        remembered.put(key(BLUE, user, password), user, LIFE);
    }

    private boolean isKnown(String user, String password) {
        return user.equals(remembered.find(key(BLUE, user, password), value -> true));
    }

    @Test
    void findsALoginByAllItsCredentialsOnly() {
        remember("ab", "c");

        assertThat(isKnown("ab", "c")).isTrue();
        assertThat(isKnown("ab", "d")).isFalse();
        assertThat(isKnown("a", "bc")).isFalse();
        assertThat(isKnown("abc", "")).isFalse();
    }

    @Test
    void otherTenantDoesNotFindTheLogin() {
        remember("a", "c");

        assertThat(remembered.find(key(Tenant.DEFAULT, "a", "c"), value -> true))
                .isNull();
        assertThat(remembered.find(key(new Tenant("green"), "a", "c"), value -> true))
                .isNull();
        assertThat(isKnown("a", "c")).isTrue();
    }

    @Test
    void keyOfOneCacheMeansNothingToAnother() {
        RememberedLogins<String> other = new RememberedLogins<>(clock, 2);

        assertThat(other.key(BLUE, bytes("a"))).isNotEqualTo(remembered.key(BLUE, bytes("a")));
        assertThat(remembered.key(BLUE, bytes("a"))).isEqualTo(remembered.key(BLUE, bytes("a")));
    }

    @Test
    void wrongPasswordDoesNotForgetTheLogin() {
        remember("a", "c");
        isKnown("a", "d");

        assertThat(isKnown("a", "c")).isTrue();
    }

    @Test
    void loginExpires() {
        remember("a", "c");
        clock.advanceToJustBefore(LIFE);
        assertThat(isKnown("a", "c")).isTrue();

        clock.advance(Duration.ofMillis(1));

        assertThat(isKnown("a", "c")).isFalse();
        assertThat(remembered.size()).isZero();
    }

    @Test
    void invalidValueIsForgotten() {
        remember("a", "c");

        assertThat(remembered.find(key(BLUE, "a", "c"), value -> false)).isNull();
        assertThat(isKnown("a", "c")).isFalse();
    }

    @Test
    void leastRecentlyUsedLoginMakesRoom() {
        remember("a", "c");
        remember("b", "c");
        isKnown("a", "c");
        remember("c", "c");

        assertThat(remembered.size()).isEqualTo(2);
        assertThat(isKnown("a", "c")).isTrue();
        assertThat(isKnown("b", "c")).isFalse();
    }

    @Test
    void lifeOfZeroRemembersNothing() {
        remembered.put(key(BLUE, "a", "c"), "a", Duration.ZERO);

        assertThat(isKnown("a", "c")).isFalse();
        assertThat(remembered.size()).isZero();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
