package io.maxmq.auth;

import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.TenantAuthenticator;
import io.maxmq.spi.config.AuthenticatorProvider.Provided;
import io.maxmq.spi.config.ConfigSection;

/** The key {@code tenant} of an authenticator in a configuration file. Stateless. */
final class TenantKey {
    private TenantKey() {}

    /** The authenticator, for the clients of the tenant that the section names, or of all tenants. */
    static Provided of(ConfigSection section, Authenticator authenticator) {
        return Provided.of(
                section.has("tenant")
                        ? TenantAuthenticator.of(new Tenant(section.text("tenant")), authenticator)
                        : authenticator);
    }
}
