package io.maxmq.core.access;

import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.auth.EnhancedAuthenticator;
import java.time.Duration;
import java.util.List;

/**
 * Who is asked. Immutable.
 *
 * @param authenticators in the order asked
 * @param enhancedAuthenticators one for each method
 * @param authorizers in the order asked
 * @param allowAnonymous whether everybody may connect when there is no authenticator, and whether a client without user
 *     name and password may when there are some and none decides
 * @param deadline for one whole chain
 */
public record AccessSettings(
        List<Authenticator> authenticators,
        List<EnhancedAuthenticator> enhancedAuthenticators,
        List<Authorizer> authorizers,
        boolean allowAnonymous,
        Duration deadline) {

    /** Copies the lists. */
    public AccessSettings {
        authenticators = List.copyOf(authenticators);
        enhancedAuthenticators = List.copyOf(enhancedAuthenticators);
        authorizers = List.copyOf(authorizers);
    }
}
