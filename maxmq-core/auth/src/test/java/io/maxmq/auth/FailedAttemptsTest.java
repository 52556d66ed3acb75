package io.maxmq.auth;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FailedAttemptsTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final FailedAttempts attempts = new FailedAttempts(3);

    private void fail(Object address, int times, long nowNanos) {
        for (int i = 0; i < times; i++) {
            attempts.failed(address, 0, nowNanos);
        }
    }

    @Test
    void fiveFailuresAreFree() {
        fail("a", 4, 0);

        assertThat(attempts.attempt("a", 0)).isZero();
        assertThat(attempts.attempt("b", 0)).isZero();
    }

    @Test
    void theSixthAttemptWaitsAndThoseBehindItLonger() {
        fail("a", 5, 0);

        assertThat(attempts.attempt("a", 0)).isEqualTo(1);
        assertThat(attempts.attempt("a", 0)).isEqualTo(2 * SECOND + 1);
        assertThat(attempts.attempt("a", 0)).isEqualTo(FailedAttempts.REFUSED);
        assertThat(attempts.attempt("a", 0)).isEqualTo(FailedAttempts.REFUSED);
    }

    @Test
    void aGuesserHasOneGuessInTwoSeconds() {
        int guesses = 0;
        for (long now = 0; now < 1000 * SECOND; now += SECOND / 10) {
            long delay = attempts.attempt("a", now);
            if (delay != FailedAttempts.REFUSED) {
                guesses++;
                attempts.failed("a", delay, now + delay);
            }
        }

        assertThat(guesses).isBetween(500, 510);
    }

    @Test
    void manyGuessesAtOnceAreNotForgivenSooner() {
        fail("a", 200, 0); // begun before the first had failed

        assertThat(attempts.attempt("a", SECOND)).isEqualTo(2 * SECOND + 1);
        assertThat(attempts.attempt("a", 20 * SECOND)).isZero();
    }

    @Test
    void theRightPasswordOfAnotherIsNoFailure() {
        fail("a", 5, 0);
        for (int i = 0; i < 100; i++) {
            long delay = attempts.attempt("a", 0);
            assertThat(delay).isEqualTo(1);
            attempts.succeeded("a", delay);
        }
    }

    @Test
    void manyRightPasswordsAreNotSlowedDown() {
        for (int i = 0; i < 1000; i++) {
            assertThat(attempts.attempt("a", 0)).isZero();
        }
        for (int i = 0; i < 1000; i++) {
            attempts.succeeded("a", 0);
        }
        assertThat(attempts.size()).isZero();
    }

    @Test
    void timePaysOff() {
        fail("a", 5, 0);

        assertThat(attempts.attempt("a", 2 * SECOND)).isZero();
        assertThat(attempts.attempt("a", 10 * SECOND)).isZero();
        assertThat(attempts.size()).isZero();
    }

    @Test
    void theTableIsBounded() {
        for (int i = 0; i < 100; i++) {
            fail(i, 5, 0);
        }

        assertThat(attempts.size()).isEqualTo(3);
        assertThat(attempts.attempt(99, 0)).isPositive();
        assertThat(attempts.attempt(0, 0)).isZero();
    }

    @Test
    void anIpv6AddressStandsForItsNetwork() throws Exception {
        assertThat(FailedAttempts.keyOf(socket("2001:db8:1:2::1")))
                .isEqualTo(FailedAttempts.keyOf(socket("2001:db8:1:2:ffff::7")))
                .isNotEqualTo(FailedAttempts.keyOf(socket("2001:db8:1:3::1")));
        assertThat(FailedAttempts.keyOf(socket("10.0.0.1")))
                .isEqualTo(FailedAttempts.keyOf(socket("10.0.0.1")))
                .isNotEqualTo(FailedAttempts.keyOf(socket("10.0.0.2")));
        assertThat(FailedAttempts.keyOf(new SocketAddress() {
                    private static final long serialVersionUID = 1L;
                }))
                .isNull();
    }

    private static SocketAddress socket(String address) throws Exception {
        return new InetSocketAddress(InetAddress.getByName(address), 1);
    }
}
