package io.maxmq.spi.auth;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An authenticator of one tenant, where the server name in the TLS handshake says the tenant: {@code
 * MaxMQ.builder().authenticator(TenantAuthenticator.of(blue, JwtAuthenticator.keys(blueKeys)))}. It is asked about clients of that tenant
 * alone, and what it allows is vouched for in that tenant; other clients are left to the next authenticator. An answer that names
 * another tenant denies with 0x87 (Not authorized). Immutable; as thread-safe as the authenticator.
 *
 * @since 0.1.0
 */
@Stable
public final class TenantAuthenticator implements Authenticator {
    private static final AuthenticationResult OF_ANOTHER_TENANT =
            AuthenticationResult.denied(ReasonCode.NOT_AUTHORIZED, "the client is another tenant's");

    private final Tenant tenant;
    private final Authenticator authenticator;

    private TenantAuthenticator(Tenant tenant, Authenticator authenticator) {
        this.tenant = tenant;
        this.authenticator = authenticator;
    }

    /** Asks this authenticator for clients of this tenant. */
    public static TenantAuthenticator of(Tenant tenant, Authenticator authenticator) {
        return new TenantAuthenticator(tenant, authenticator);
    }

    /** The tenant whose clients it is asked about. */
    public Tenant tenant() {
        return tenant;
    }

    /** The authenticator that is asked. */
    public Authenticator authenticator() {
        return authenticator;
    }

    @Override
    public CompletionStage<AuthenticationResult> authenticate(AuthenticationRequest request) {
        return request.client().tenant().equals(tenant)
                ? authenticator.authenticate(request).thenApply(this::ofTenant)
                : CompletableFuture.completedFuture(AuthenticationResult.next());
    }

    private AuthenticationResult ofTenant(AuthenticationResult result) {
        if (!(result instanceof AuthenticationResult.Allowed allowed)) {
            return result;
        }
        boolean same = allowed.tenant().map(tenant::equals).orElse(true);
        return same ? allowed.withTenant(tenant) : OF_ANOTHER_TENANT;
    }

    @Override
    public String name() {
        return authenticator.name();
    }

    @Override
    public boolean mayBlock() {
        return authenticator.mayBlock();
    }

    @Override
    public Optional<Duration> deadline() {
        return authenticator.deadline();
    }

    @Override
    public boolean needsClientCertificate() {
        return authenticator.needsClientCertificate();
    }
}
