package io.maxmq.core.configfile;

import io.maxmq.auth.CertificateAuthenticator;
import io.maxmq.auth.CertificateName;
import io.maxmq.auth.HttpAuthenticator;
import io.maxmq.auth.JwtAuthenticator;
import io.maxmq.auth.PasswordFile;
import io.maxmq.auth.ScramAuthenticator;
import io.maxmq.spi.RedactedUrl;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.auth.EnhancedAuthenticator;
import io.maxmq.spi.auth.TenantAuthenticator;
import io.maxmq.spi.config.ConfigSection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The list {@code authenticators}, in the order in which they are asked. Not thread-safe. */
final class AuthenticatorSettings {
    private enum Type {
        PASSWORD_FILE,
        SCRAM,
        CERTIFICATE,
        JWT,
        HTTP
    }

    private final List<Authenticator> authenticators = new ArrayList<>();
    private final List<EnhancedAuthenticator> enhanced = new ArrayList<>();
    private final List<Authorizer> authorizers = new ArrayList<>();

    private AuthenticatorSettings() {}

    static AuthenticatorSettings read(ConfigSection root) {
        AuthenticatorSettings settings = new AuthenticatorSettings();
        for (ConfigSection section : root.sections("authenticators")) {
            section.text("type");
            BrokerSettings.checked(section, () -> {
                settings.add(section);
                return section;
            });
        }
        return settings;
    }

    /** Those that decide on a CONNECT. */
    List<Authenticator> authenticators() {
        return authenticators;
    }

    /** Those of AUTH. */
    List<EnhancedAuthenticator> enhanced() {
        return enhanced;
    }

    /** Those that decide by what an authenticator has found out. */
    List<Authorizer> authorizers() {
        return authorizers;
    }

    private void add(ConfigSection section) {
        switch (section.choice("type", Type.class, Type.PASSWORD_FILE)) {
            case PASSWORD_FILE -> authenticators.add(passwordFile(section));
            case SCRAM -> enhanced.add(scram(section));
            case CERTIFICATE -> authenticators.add(ofTenant(section, certificate(section)));
            case JWT -> {
                JwtAuthenticator jwt = jwt(section);
                authenticators.add(ofTenant(section, jwt));
                if (section.has("acl-claim")) {
                    authorizers.add(jwt.authorizer());
                }
            }
            case HTTP -> authenticators.add(ofTenant(section, http(section)));
        }
    }

    private static Authenticator ofTenant(ConfigSection section, Authenticator authenticator) {
        return section.has("tenant")
                ? TenantAuthenticator.of(new Tenant(section.text("tenant")), authenticator)
                : authenticator;
    }

    private static Authenticator passwordFile(ConfigSection section) {
        PasswordFile file = PasswordFile.at(section.file("file"));
        Duration remember = section.duration("remember", Duration.ofHours(1));
        if (section.has("remember")) {
            file.remember(remember);
        }
        if (section.flag("unknown-users-to-next", false)) {
            file.unknownUsersToNext();
        }
        if (!section.flag("failure-delay", true)) {
            file.withoutFailureDelay();
        }
        return file;
    }

    private static EnhancedAuthenticator scram(ConfigSection section) {
        ScramAuthenticator scram = ScramAuthenticator.at(section.file("file"));
        return section.flag("failure-delay", true) ? scram : scram.withoutFailureDelay();
    }

    private static Authenticator certificate(ConfigSection section) {
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
        return issuers == null ? authenticator : authenticator.issuedBy(issuers);
    }

    private static @Nullable CertificateName name(ConfigSection section, String key) {
        CertificateName name = section.choice(key, CertificateName.class, CertificateName.COMMON_NAME);
        return section.has(key) ? name : null;
    }

    private static JwtAuthenticator jwt(ConfigSection section) {
        JwtAuthenticator jwt = withKeys(section);
        List<String> algorithms = section.texts("algorithms", List.of());
        if (section.has("algorithms")) {
            jwt.algorithms(algorithms.toArray(new String[0]));
        }
        ifSaid(section, "issuer", jwt::issuer);
        section.texts("audiences", List.of()).forEach(jwt::audience);
        for (String claim : section.texts("required-claims", List.of())) {
            int equals = claim.indexOf('=');
            if (equals < 1) {
                throw section.wrong(
                        "required-claims", "must be claims and their values, \"scope=connect\", not " + claim);
            }
            jwt.requireClaim(claim.substring(0, equals), claim.substring(equals + 1));
        }
        jwt.clockSkew(section.duration("clock-skew", Duration.ofSeconds(30)));
        if (!section.flag("expiry-required", true)) {
            jwt.withoutExpiry();
        }
        jwt.usernameFrom(section.text("username-claim", "sub"));
        ifSaid(section, "client-id-claim", jwt::clientIdFrom);
        ifSaid(section, "require-client-id-claim", jwt::requireClientId);
        ifSaid(section, "tenant-claim", jwt::tenantFrom);
        section.texts("attribute-claims", List.of()).forEach(jwt::attributeFrom);
        ifSaid(section, "acl-claim", jwt::aclFrom);
        return jwt;
    }

    private static JwtAuthenticator withKeys(ConfigSection section) {
        boolean file = section.has("keys");
        boolean url = section.has("keys-url");
        boolean secret = section.has("secret");
        if ((file ? 1 : 0) + (url ? 1 : 0) + (secret ? 1 : 0) != 1) {
            throw section.wrong("", "must have one of keys, keys-url and secret");
        }
        if (file) {
            return JwtAuthenticator.keys(section.file("keys"));
        }
        return url
                ? JwtAuthenticator.keys(url(section, "keys-url"))
                : JwtAuthenticator.secret(section.text("secret").getBytes(StandardCharsets.UTF_8));
    }

    private static Authenticator http(ConfigSection section) {
        HttpAuthenticator http = HttpAuthenticator.at(url(section, "url"));
        for (String header : section.texts("headers", List.of())) {
            int colon = header.indexOf(':');
            if (colon < 1) {
                throw section.wrong("headers", "must be names and values, \"Authorization: Bearer x\"");
            }
            http.header(header.substring(0, colon), header.substring(colon + 1).strip());
        }
        http.deadline(section.duration("deadline", Duration.ofSeconds(2)));
        http.remember(section.duration("remember", Duration.ZERO));
        http.maxConcurrent(section.number("max-concurrent", 64));
        if (section.flag("failures-to-next", false)) {
            http.failuresToNext();
        }
        if (!section.flag("failure-delay", true)) {
            http.withoutFailureDelay();
        }
        return http;
    }

    private static URI url(ConfigSection section, String key) {
        String text = section.text(key);
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            throw section.wrong(key, "must be a URL, not " + RedactedUrl.of(text));
        }
    }

    private static void ifSaid(ConfigSection section, String key, Consumer<String> use) {
        if (section.has(key)) {
            use.accept(section.text(key));
        }
    }
}
