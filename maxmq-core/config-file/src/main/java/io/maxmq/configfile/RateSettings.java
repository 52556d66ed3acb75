package io.maxmq.configfile;

import io.maxmq.limit.FlappingGuard;
import io.maxmq.limit.Limit;
import io.maxmq.limit.Limits;
import io.maxmq.spi.config.ConfigSection;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.limit.RateLimiter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The list {@code limits} and what belongs to it, and the section {@code flapping}. Stateless. */
final class RateSettings {
    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 64;
    private static final int MAX_KEYS = 100_000;

    private RateSettings() {}

    static RateLimiter rateLimiter(ConfigSection root) {
        Limits.Builder limits = Limits.builder();
        List<ConfigSection> all = root.sections("limits");
        for (ConfigSection each : all) {
            BrokerSettings.checked(each, () -> limits.limit(limit(each)));
        }
        ConfigSection keys = root.section("limit-keys");
        int ipv4Bits = keys.number("ipv4-bits", IPV4_BITS);
        int ipv6Bits = keys.number("ipv6-bits", IPV6_BITS);
        int most = keys.number("max", MAX_KEYS);
        BrokerSettings.checked(keys, () -> limits.prefixes(ipv4Bits, ipv6Bits).maxKeys(most));
        return all.isEmpty() ? RateLimiter.NONE : limits.build();
    }

    private static Limit limit(ConfigSection section) {
        section.text("kind");
        section.text("scope");
        Limit.Kind kind = section.choice("kind", Limit.Kind.class, Limit.Kind.PUBLISH_RATE);
        Limit.Scope scope = section.choice("scope", Limit.Scope.class, Limit.Scope.BROKER);
        boolean bytes = kind == Limit.Kind.BYTE_RATE;
        boolean inATime = kind == Limit.Kind.CONNECTION_RATE || kind == Limit.Kind.PUBLISH_RATE;
        long amount = bytes ? section.bytes("amount", 0) : section.number("amount", 0L);
        Limit.Action action = section.choice("action", Limit.Action.class, defaultAction(kind));
        String only = section.text("only", "");
        return new Limit(
                kind,
                scope,
                only.isEmpty() ? Optional.empty() : Optional.of(only),
                amount,
                section.duration("window", inATime ? Duration.ofSeconds(1) : Duration.ZERO),
                section.bytes("burst", bytes ? amount : 0),
                action);
    }

    /** As the methods of {@link Limit} have it. */
    private static Limit.Action defaultAction(Limit.Kind kind) {
        return switch (kind) {
            case CONNECTION_RATE -> Limit.Action.DROP;
            case CONNECTIONS -> Limit.Action.DISCONNECT;
            case PUBLISH_RATE, BYTE_RATE -> Limit.Action.PAUSE;
        };
    }

    /** Bans who connects again and again; empty unless {@code connections} is there. */
    static List<Extension> flapping(ConfigSection section) {
        boolean on = section.has("connections");
        int connections = section.number("connections", 0);
        Duration window = section.duration("window", Duration.ofMinutes(1));
        Duration ban = section.duration("ban", Duration.ofMinutes(5));
        boolean byAddress = section.flag("by-address", false);
        if (!on || connections == 0) {
            return List.of();
        }
        FlappingGuard guard = BrokerSettings.checked(section, () -> FlappingGuard.of(connections, window, ban));
        return List.of(byAddress ? guard.byAddress() : guard);
    }
}
