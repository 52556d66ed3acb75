package io.maxmq.auth;

import io.maxmq.spi.Internal;
import io.maxmq.spi.config.AuthenticatorProvider;
import io.maxmq.spi.config.ConfigSection;

/**
 * The authenticator {@code scram} of a configuration file.
 *
 * @since 0.1.0
 */
@Internal
public final class ScramProvider implements AuthenticatorProvider {
    @Override
    public String type() {
        return "scram";
    }

    @Override
    public Provided create(ConfigSection section) {
        ScramAuthenticator scram = ScramAuthenticator.at(section.file("file"));
        return Provided.of(section.flag("failure-delay", true) ? scram : scram.withoutFailureDelay());
    }
}
