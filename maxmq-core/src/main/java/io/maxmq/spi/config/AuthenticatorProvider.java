package io.maxmq.spi.config;

import io.maxmq.spi.Stable;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.auth.EnhancedAuthenticator;
import org.jspecify.annotations.Nullable;

/**
 * Creates the authenticators of one type from a configuration file: the entries of the list {@code authenticators} with this
 * {@code type}. Found by {@link java.util.ServiceLoader}.
 *
 * @since 0.1.0
 */
@Stable
public interface AuthenticatorProvider {

    /** The value of the key {@code type}, for example {@code password-file}. */
    String type();

    /**
     * Creates the authenticator of one entry of the list.
     *
     * @param section the entry; the provider asks for every key that it knows
     * @throws IllegalArgumentException if a value is wrong; {@link ConfigSection#wrong} names the line
     */
    Provided create(ConfigSection section);

    /**
     * An authenticator for CONNECT or for enhanced authentication, and an authorizer that uses its results.
     *
     * @param authenticator null if the entry is an enhanced authenticator
     * @param enhanced null if the entry authenticates by CONNECT
     * @param authorizer asked before the entries of the list {@code authorizers}; null without one
     */
    @Stable
    record Provided(
            @Nullable Authenticator authenticator,
            @Nullable EnhancedAuthenticator enhanced,
            @Nullable Authorizer authorizer) {

        /** An authenticator for CONNECT. */
        public static Provided of(Authenticator authenticator) {
            return new Provided(authenticator, null, null);
        }

        /** An authenticator for enhanced authentication. */
        public static Provided of(EnhancedAuthenticator enhanced) {
            return new Provided(null, enhanced, null);
        }

        /** The same with an authorizer. */
        public Provided with(Authorizer itsAuthorizer) {
            return new Provided(authenticator, enhanced, itsAuthorizer);
        }
    }
}
