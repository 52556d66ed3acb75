package io.maxmq.auth;

import io.maxmq.spi.Internal;
import io.maxmq.spi.config.AuthenticatorProvider;
import io.maxmq.spi.config.ConfigSection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * The authenticator {@code jwt} of a configuration file.
 *
 * @since 0.1.0
 */
@Internal
public final class JwtProvider implements AuthenticatorProvider {
    @Override
    public String type() {
        return "jwt";
    }

    @Override
    public Provided create(ConfigSection section) {
        JwtAuthenticator jwt = withKeys(section);
        List<String> algorithms = section.texts("algorithms", List.of());
        if (section.has("algorithms")) {
            jwt.algorithms(algorithms.toArray(new String[0]));
        }
        ifSet(section, "issuer", jwt::issuer);
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
        ifSet(section, "client-id-claim", jwt::clientIdFrom);
        ifSet(section, "require-client-id-claim", jwt::requireClientId);
        ifSet(section, "tenant-claim", jwt::tenantFrom);
        section.texts("attribute-claims", List.of()).forEach(jwt::attributeFrom);
        ifSet(section, "acl-claim", jwt::aclFrom);
        Provided provided = TenantKey.of(section, jwt);
        return section.has("acl-claim") ? provided.with(jwt.authorizer()) : provided;
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
                ? JwtAuthenticator.keys(HttpProvider.url(section, "keys-url"))
                : JwtAuthenticator.secret(section.text("secret").getBytes(StandardCharsets.UTF_8));
    }

    private static void ifSet(ConfigSection section, String key, Consumer<String> use) {
        if (section.has(key)) {
            use.accept(section.text(key));
        }
    }
}
