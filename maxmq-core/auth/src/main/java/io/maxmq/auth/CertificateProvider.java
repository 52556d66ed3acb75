package io.maxmq.auth;

import io.maxmq.spi.Internal;
import io.maxmq.spi.config.AuthenticatorProvider;
import io.maxmq.spi.config.ConfigSection;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The authenticator {@code certificate} of a configuration file.
 *
 * @since 0.1.0
 */
@Internal
public final class CertificateProvider implements AuthenticatorProvider {
    @Override
    public String type() {
        return "certificate";
    }

    @Override
    public Provided create(ConfigSection section) {
        CertificateName username = name(section, "username");
        CertificateName clientId = name(section, "client-id");
        CertificateName required = name(section, "require-client-id");
        CertificateAuthenticator authenticator;
        if (username != null) {
            authenticator = CertificateAuthenticator.usernameFrom(username);
            authenticator = clientId == null ? authenticator : authenticator.withClientIdFrom(clientId);
        } else if (clientId != null) {
            authenticator = CertificateAuthenticator.clientIdFrom(clientId);
        } else {
            throw section.wrong("", "username or client-id must say what to take from the certificate");
        }
        Path issuers = section.fileOrNull("issued-by");
        authenticator = required == null ? authenticator : authenticator.requireClientId(required);
        return TenantKey.of(section, issuers == null ? authenticator : authenticator.issuedBy(issuers));
    }

    private static @Nullable CertificateName name(ConfigSection section, String key) {
        CertificateName name = section.choice(key, CertificateName.class, CertificateName.COMMON_NAME);
        return section.has(key) ? name : null;
    }
}
