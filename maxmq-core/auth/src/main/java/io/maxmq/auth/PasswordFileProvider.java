package io.maxmq.auth;

import io.maxmq.spi.Internal;
import io.maxmq.spi.config.AuthenticatorProvider;
import io.maxmq.spi.config.ConfigSection;
import java.time.Duration;

/**
 * The authenticator {@code password-file} of a configuration file.
 *
 * @since 0.1.0
 */
@Internal
public final class PasswordFileProvider implements AuthenticatorProvider {
    @Override
    public String type() {
        return "password-file";
    }

    @Override
    public Provided create(ConfigSection section) {
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
        return Provided.of(file);
    }
}
