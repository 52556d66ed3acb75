package io.maxmq.spi.auth;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.Stable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An {@link EnhancedAuthenticator}'s answer to one step. Immutable.
 *
 * @since 0.1.0
 */
@Stable
public sealed interface EnhancedAuthenticationResult {

    /**
     * Goes on: the client gets AUTH 0x18 (Continue authentication) with these data, and answers.
     *
     * @throws IllegalArgumentException when they are more than 65,535 bytes
     */
    static Continue continueWith(byte[] data) {
        return new Continue(data);
    }

    /** Lets the client in as it described itself. */
    static Allowed allowed() {
        return allowed(AuthenticationResult.allowed());
    }

    /** Lets the client in, perhaps under other names than it gave. */
    static Allowed allowed(AuthenticationResult.Allowed as) {
        return new Allowed(as, null);
    }

    /** Refuses with 0x87, Not authorized. */
    static Denied denied() {
        return denied(ReasonCode.NOT_AUTHORIZED, null);
    }

    /** Refuses with a reason code that CONNACK may carry, and a text for the log and the client. */
    static Denied denied(ReasonCode reasonCode, @Nullable String reason) {
        return new Denied(AuthenticationResult.denied(reasonCode, reason));
    }

    private static byte[] copy(byte[] data) {
        if (data.length > 65_535) {
            throw new IllegalArgumentException("data must not exceed " + 65_535 + " bytes: bytes=" + data.length);
        }
        return data.clone();
    }

    /**
     * It is the client's turn.
     *
     * @since 0.1.0
     */
    @Stable
    final class Continue implements EnhancedAuthenticationResult {
        private final byte[] data;

        private Continue(byte[] data) {
            this.data = copy(data);
        }

        /** A copy. */
        public byte[] data() {
            return data.clone();
        }
    }

    /**
     * The client is authenticated.
     *
     * @since 0.1.0
     */
    @Stable
    final class Allowed implements EnhancedAuthenticationResult {
        private final AuthenticationResult.Allowed as;
        private final byte @Nullable [] data;

        private Allowed(AuthenticationResult.Allowed as, byte @Nullable [] data) {
            this.as = as;
            this.data = data;
        }

        /**
         * Sends these data along, in CONNACK or AUTH; a server proves itself so. Copied.
         *
         * @throws IllegalArgumentException when they are more than 65,535 bytes
         */
        public Allowed withData(byte[] last) {
            return new Allowed(as, copy(last));
        }

        /** Returns the identity of the client. */
        public AuthenticationResult.Allowed as() {
            return as;
        }

        /** Returns a copy of the data; empty without data. */
        public Optional<byte[]> data() {
            return data == null ? Optional.empty() : Optional.of(data.clone());
        }
    }

    /**
     * The client is not authenticated.
     *
     * @since 0.1.0
     */
    @Stable
    final class Denied implements EnhancedAuthenticationResult {
        private final AuthenticationResult.Denied denied;

        private Denied(AuthenticationResult.Denied denied) {
            this.denied = denied;
        }

        /** An error that CONNACK may carry, and the text. */
        public AuthenticationResult.Denied denied() {
            return denied;
        }
    }
}
