package io.maxmq.api.access;

import io.maxmq.spi.Stable;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Authenticates callers of the API in place of, or in addition to, the keys file: by a token of an identity provider, a
 * client certificate, or the session of the application that embeds the broker.
 *
 * <p><b>Thread:</b> the event loop of the API server; must not block. <b>Order:</b> the authenticators in the order of the
 * builder, then the keys file, until one returns a principal. <b>Cost:</b> one call per request. <b>Failure:</b> an
 * exception, null, an exceptional completion and a missed deadline refuse the request with 503.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public interface ApiAuthenticator {

    /**
     * Identifies the caller of a request.
     *
     * @return the caller; empty when the request has no credentials of this authenticator's kind, or wrong ones
     */
    CompletionStage<Optional<ApiPrincipal>> authenticate(ApiRequest request);
}
