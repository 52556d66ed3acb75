package io.maxmq.configfile;

import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.auth.EnhancedAuthenticator;
import io.maxmq.spi.config.AuthenticatorProvider;
import io.maxmq.spi.config.AuthenticatorProvider.Provided;
import io.maxmq.spi.config.AuthorizerProvider;
import io.maxmq.spi.config.ConfigSection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * The lists {@code authenticators} and {@code authorizers}: the {@code type} of an entry names the provider that reads it. Not
 * thread-safe.
 */
final class AuthenticatorSettings {
    private static final String AUTH = "io.maxmq:maxmq-auth, as a module io.maxmq.auth";

    private final List<Authenticator> authenticators = new ArrayList<>();
    private final List<EnhancedAuthenticator> enhanced = new ArrayList<>();
    private final List<Authorizer> authorizers = new ArrayList<>();

    private AuthenticatorSettings() {}

    static AuthenticatorSettings read(ConfigSection root) {
        ClassLoader loader = AuthenticatorSettings.class.getClassLoader();
        AuthenticatorSettings settings = new AuthenticatorSettings();
        Providers<AuthenticatorProvider> authenticators = new Providers<>(
                ServiceLoader.load(AuthenticatorProvider.class, loader),
                AuthenticatorProvider::type,
                Map.of("password-file", AUTH, "scram", AUTH, "certificate", AUTH, "jwt", AUTH, "http", AUTH));
        for (ConfigSection section : root.sections("authenticators")) {
            AuthenticatorProvider provider = authenticators.ofType(section, section.text("type"));
            settings.add(BrokerSettings.checked(section, () -> provider.create(section)));
        }
        Providers<AuthorizerProvider> authorizers = new Providers<>(
                ServiceLoader.load(AuthorizerProvider.class, loader),
                AuthorizerProvider::type,
                Map.of("acl-file", AUTH, "acl", AUTH));
        for (ConfigSection section : root.sections("authorizers")) {
            AuthorizerProvider provider = authorizers.ofType(section, section.text("type"));
            settings.authorizers.add(BrokerSettings.checked(section, () -> provider.create(section)));
        }
        return settings;
    }

    private void add(Provided provided) {
        if (provided.authenticator() != null) {
            authenticators.add(provided.authenticator());
        }
        if (provided.enhanced() != null) {
            enhanced.add(provided.enhanced());
        }
        if (provided.authorizer() != null) {
            authorizers.add(provided.authorizer());
        }
    }

    /** The authenticators for CONNECT, in the order of the file. */
    List<Authenticator> authenticators() {
        return authenticators;
    }

    /** The authenticators for AUTH, in the order of the file. */
    List<EnhancedAuthenticator> enhanced() {
        return enhanced;
    }

    /** The authorizers of authenticators, then those of the list {@code authorizers}, each in the order of the file. */
    List<Authorizer> authorizers() {
        return authorizers;
    }
}
