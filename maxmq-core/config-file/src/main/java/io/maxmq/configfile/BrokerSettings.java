package io.maxmq.configfile;

import io.maxmq.codec.QoS;
import io.maxmq.codec.RetainHandling;
import io.maxmq.config.AutomaticSubscription;
import io.maxmq.config.BrokerConfig;
import io.maxmq.config.SettingKeys;
import io.maxmq.config.SettingSection;
import io.maxmq.config.Tenancy;
import io.maxmq.config.TopicRewrite;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.config.ConfigFileException;
import io.maxmq.spi.config.ConfigSection;
import io.maxmq.spi.intercept.SubscriptionRequest;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.function.Supplier;

/** The keys of {@link BrokerConfig} and of what it holds: the names of its components, with hyphens. Stateless. */
final class BrokerSettings {
    private BrokerSettings() {}

    static BrokerConfig read(ConfigSection root) {
        BrokerConfig parts = checked(root, () -> parts(root));
        return KeyedSettings.read(root, SettingKeys.BROKER, parts::toBuilder);
    }

    private static BrokerConfig parts(ConfigSection root) {
        Tenancy tenancy = TenancySettings.read(root.section("tenancy"));
        BrokerConfig.Builder config = BrokerConfig.builder()
                .connections(part(root, SettingKeys.CONNECTIONS))
                .sessions(part(root, SettingKeys.SESSIONS))
                .retained(part(root, SettingKeys.RETAINED))
                .recovery(part(root, SettingKeys.RECOVERY))
                .delayed(part(root, SettingKeys.DELAYED))
                .memory(part(root, SettingKeys.MEMORY))
                .overload(part(root, SettingKeys.OVERLOAD))
                .capabilities(part(root, SettingKeys.CAPABILITIES))
                .tenancy(tenancy)
                .listeners(ListenerSettings.read(root, tenancy));
        root.sections("topic-rewrites").forEach(each -> config.topicRewrite(topicRewrite(each)));
        root.sections("automatic-subscriptions")
                .forEach(each -> config.automaticSubscription(automaticSubscription(each)));
        root.sections("bans").forEach(each -> config.ban(ban(each)));
        return config.build();
    }

    private static <R> R part(ConfigSection root, SettingSection<R, ?> table) {
        return KeyedSettings.read(root.section(table.path()), table);
    }

    private static Ban ban(ConfigSection section) {
        section.text("kind"); // there is no default
        Ban.Kind kind = section.choice("kind", Ban.Kind.class, Ban.Kind.CLIENT);
        String value = section.text("value");
        String tenant = section.text("tenant", Tenant.DEFAULT.name());
        String reason = section.text("reason", "");
        String until = section.text("until", "");
        Optional<String> user = section.has("user") ? Optional.of(section.text("user")) : Optional.empty();
        return checked(section, () -> new Ban(kind, new Tenant(tenant), value, user, reason, 0, end(section, until)));
    }

    private static long end(ConfigSection section, String until) {
        try {
            return until.isEmpty() ? Ban.FOREVER : Instant.parse(until).toEpochMilli();
        } catch (DateTimeParseException | ArithmeticException e) {
            throw section.wrong("until", "must be a time such as 2030-01-31T12:00:00Z, not " + until);
        }
    }

    private static TopicRewrite topicRewrite(ConfigSection section) {
        TopicRewrite.Scope scope = section.choice("scope", TopicRewrite.Scope.class, TopicRewrite.Scope.ALL);
        String pattern = section.text("pattern");
        String target = section.text("target");
        return checked(section, () -> new TopicRewrite(scope, pattern, target));
    }

    private static AutomaticSubscription automaticSubscription(ConfigSection section) {
        String clientIds = section.text("client-ids");
        SubscriptionRequest request = new SubscriptionRequest(
                section.text("topic-filter"),
                qos(section, "qos", section.number("qos", 0)),
                section.flag("no-local", false),
                section.flag("retain-as-published", false),
                section.choice("retain-handling", RetainHandling.class, RetainHandling.SEND_AT_SUBSCRIBE),
                section.flag("queued", true));
        boolean authorized = section.flag("authorized", true);
        return checked(section, () -> new AutomaticSubscription(clientIds, request, authorized));
    }

    private static QoS qos(ConfigSection section, String key, int qos) {
        if (qos < 0 || qos > 2) {
            throw section.wrong(key, "must be 0, 1 or 2, not " + qos);
        }
        return QoS.values()[qos];
    }

    /** Blames the section for what a constructor refuses. */
    static <T> T checked(ConfigSection section, Supplier<T> making) {
        try {
            return making.get();
        } catch (ConfigFileException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw section.wrong("", String.valueOf(e.getMessage()));
        }
    }
}
