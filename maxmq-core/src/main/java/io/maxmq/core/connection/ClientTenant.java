package io.maxmq.core.connection;

import io.maxmq.codec.Utf8;
import io.maxmq.config.Tenancy;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.TlsSession;
import io.maxmq.spi.auth.AuthenticationResult;
import org.jspecify.annotations.Nullable;

/** To which tenant a client belongs, and why it may not be served. Stateless. */
final class ClientTenant {
    private ClientTenant() {}

    /** What is known before the client is authenticated; {@link Tenant#DEFAULT} when nothing is. */
    static Tenant before(Tenancy tenancy, @Nullable TlsSession tls) {
        return tls == null || tenancy.source() != Tenancy.Source.SERVER_NAME
                ? Tenant.DEFAULT
                : tls.serverName().flatMap(tenancy::ofServerName).orElse(Tenant.DEFAULT);
    }

    /** Why the client is not even authenticated; null when it is. */
    static @Nullable String problemBefore(Tenancy tenancy, ClientInfo client) {
        TlsSession tls = client.tls().orElse(null);
        if (tenancy.source() != Tenancy.Source.SERVER_NAME || tls == null) {
            return null;
        }
        String name = tls.serverName().orElse(null);
        if (name == null) {
            return "the TLS handshake names no server";
        }
        return tenancy.ofServerName(name).isPresent() ? null : "no tenant has this server name: " + Utf8.quote(name);
    }

    /** The server name is the client's word: an authenticator that names no tenant vouches for the default one. */
    private static @Nullable String problemOf(Tenant asked, @Nullable Tenant said) {
        if (said == null && !asked.equals(Tenant.DEFAULT)) {
            return "no authenticator vouches for the client in this tenant";
        }
        return said == null || said.equals(asked) ? null : "the client is another tenant's";
    }

    /** Why the client is not served though it is authenticated; null when it is. */
    static @Nullable String problemAfter(
            Tenancy tenancy, ClientInfo before, AuthenticationResult.Allowed authenticated) {
        Tenant said = authenticated.tenant().orElse(null);
        return switch (tenancy.source()) {
            case NONE -> null;
            case SERVER_NAME -> problemOf(before.tenant(), said);
            case AUTHENTICATOR -> said == null ? "no tenant" : null;
        };
    }
}
