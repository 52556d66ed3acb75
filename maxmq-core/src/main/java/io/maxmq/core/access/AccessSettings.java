package io.maxmq.core.access;

import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.auth.EnhancedAuthenticator;
import java.time.Duration;
import java.util.List;

/**
 * Configured plug-ins. Immutable.
 *
 * @param authenticators in call order
 * @param enhancedAuthenticators one for each method
 * @param authorizers in call order
 * @param allowAnonymous accepts all clients if there is no authenticator; otherwise accepts clients without user name
 *     and password about which no authenticator decides
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
