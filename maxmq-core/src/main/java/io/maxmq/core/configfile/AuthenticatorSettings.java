package io.maxmq.core.configfile;

import io.maxmq.auth.PasswordFile;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.config.ConfigSection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The list {@code authenticators}, in the order in which they are asked. Stateless. */
final class AuthenticatorSettings {
    private enum Type {
        PASSWORD_FILE
    }

    private AuthenticatorSettings() {}

    static List<Authenticator> read(ConfigSection root) {
        List<Authenticator> authenticators = new ArrayList<>();
        for (ConfigSection section : root.sections("authenticators")) {
            section.text("type");
            authenticators.add(BrokerSettings.checked(section, () -> authenticator(section)));
        }
        return authenticators;
    }

    private static Authenticator authenticator(ConfigSection section) {
        return switch (section.choice("type", Type.class, Type.PASSWORD_FILE)) {
            case PASSWORD_FILE -> passwordFile(section);
        };
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
}
