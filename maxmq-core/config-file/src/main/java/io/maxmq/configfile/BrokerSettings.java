package io.maxmq.configfile;

import io.maxmq.codec.QoS;
import io.maxmq.codec.RetainHandling;
import io.maxmq.config.AutomaticSubscription;
import io.maxmq.config.BrokerConfig;
import io.maxmq.config.Capabilities;
import io.maxmq.config.ClientIdRule;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.config.DelayedLimits;
import io.maxmq.config.MemoryLimits;
import io.maxmq.config.Overflow;
import io.maxmq.config.OverlappingSubscriptions;
import io.maxmq.config.OverloadLimits;
import io.maxmq.config.RecoveryLimits;
import io.maxmq.config.RetainedLimits;
import io.maxmq.config.SessionLimits;
import io.maxmq.config.Tenancy;
import io.maxmq.config.TopicRewrite;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.config.ConfigFileException;
import io.maxmq.spi.config.ConfigSection;
import io.maxmq.spi.intercept.SubscriptionRequest;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.Optional;
import java.util.function.Supplier;

/** The keys of {@link BrokerConfig} and of what it holds: the names of its components, with hyphens. Stateless. */
final class BrokerSettings {
    private BrokerSettings() {}

    static BrokerConfig read(ConfigSection root) {
        return new Fields<>(root, () -> parts(root), BrokerConfig.Builder::build)
                .text("name", BrokerConfig.Builder::name)
                .flag("allow-anonymous", BrokerConfig.Builder::allowAnonymous)
                .flag("sessions-belong-to-users", BrokerConfig.Builder::sessionsBelongToUsers)
                .choice("client-ids", ClientIdRule.class, BrokerConfig.Builder::clientIds)
                .flag("disconnect-revoked", BrokerConfig.Builder::disconnectRevoked)
                .number("loops", BrokerConfig.Builder::loops)
                .number("workers", BrokerConfig.Builder::workers)
                .number("worker-queue", BrokerConfig.Builder::workerQueue)
                .duration("plugin-deadline", BrokerConfig.Builder::pluginDeadline)
                .duration("close-timeout", BrokerConfig.Builder::closeTimeout)
                .duration("stall-threshold", BrokerConfig.Builder::stallThreshold)
                .duration("will-grace-after-restart", BrokerConfig.Builder::willGraceAfterRestart)
                .number("datacenter", BrokerConfig.Builder::datacenter)
                .number("machine", BrokerConfig.Builder::machine)
                .choice("overlapping", OverlappingSubscriptions.class, BrokerConfig.Builder::overlapping)
                .duration("sys-interval", BrokerConfig.Builder::sysInterval)
                .build();
    }

    private static BrokerConfig.Builder parts(ConfigSection root) {
        Tenancy tenancy = TenancySettings.read(root.section("tenancy"));
        BrokerConfig.Builder config = BrokerConfig.builder()
                .connections(connections(root.section("connections")))
                .sessions(sessions(root.section("sessions")))
                .retained(retained(root.section("retained")))
                .recovery(recovery(root.section("recovery")))
                .delayed(delayed(root.section("delayed")))
                .memory(memory(root.section("memory")))
                .overload(overload(root.section("overload")))
                .capabilities(capabilities(root.section("capabilities")))
                .tenancy(tenancy)
                .listeners(ListenerSettings.read(root, tenancy));
        for (ConfigSection each : root.sections("topic-rewrites")) {
            config.topicRewrite(topicRewrite(each));
        }
        for (ConfigSection each : root.sections("automatic-subscriptions")) {
            config.automaticSubscription(automaticSubscription(each));
        }
        for (ConfigSection each : root.sections("bans")) {
            config.ban(ban(each));
        }
        return config;
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

    private static ConnectionLimits connections(ConfigSection section) {
        return new Fields<>(section, ConnectionLimits::builder, ConnectionLimits.Builder::build)
                .duration("connect-timeout", ConnectionLimits.Builder::connectTimeout)
                .number("max-tls-handshakes", ConnectionLimits.Builder::maxTlsHandshakes)
                .duration("packet-timeout", ConnectionLimits.Builder::packetTimeout)
                .duration("authentication-timeout", ConnectionLimits.Builder::authenticationTimeout)
                .fewBytes("max-packet-bytes", ConnectionLimits.Builder::maxPacketBytes)
                .fewBytes("max-packet-bytes-before-connect", ConnectionLimits.Builder::maxPacketBytesBeforeConnect)
                .duration("max-keep-alive", ConnectionLimits.Builder::maxKeepAlive)
                .duration("max-keep-alive-anonymous", ConnectionLimits.Builder::maxKeepAliveAnonymous)
                .number("receive-maximum", ConnectionLimits.Builder::receiveMaximum)
                .number("topic-alias-maximum", ConnectionLimits.Builder::topicAliasMaximum)
                .number("topic-alias-maximum-outbound", ConnectionLimits.Builder::topicAliasMaximumOutbound)
                .number("max-topic-levels", ConnectionLimits.Builder::maxTopicLevels)
                .fewBytes("max-client-id-bytes", ConnectionLimits.Builder::maxClientIdBytes)
                .flag("long-client-ids-in-v31", ConnectionLimits.Builder::longClientIdsInV31)
                .fewBytes("max-will-bytes", ConnectionLimits.Builder::maxWillBytes)
                .number("max-user-properties", ConnectionLimits.Builder::maxUserProperties)
                .fewBytes("max-user-property-bytes", ConnectionLimits.Builder::maxUserPropertyBytes)
                .fewBytes("outbound-low-watermark-bytes", ConnectionLimits.Builder::outboundLowWatermarkBytes)
                .fewBytes("outbound-high-watermark-bytes", ConnectionLimits.Builder::outboundHighWatermarkBytes)
                .duration("slow-consumer-timeout", ConnectionLimits.Builder::slowConsumerTimeout)
                .build();
    }

    private static RecoveryLimits recovery(ConfigSection section) {
        return new Fields<>(section, RecoveryLimits::builder, RecoveryLimits.Builder::build)
                .duration("max-expiry-catch-up", RecoveryLimits.Builder::maxExpiryCatchUp)
                .duration("answer-timeout", RecoveryLimits.Builder::answerTimeout)
                .build();
    }

    private static SessionLimits sessions(ConfigSection section) {
        return new Fields<>(section, SessionLimits::builder, SessionLimits.Builder::build)
                .number("max-queued-messages", SessionLimits.Builder::maxQueuedMessages)
                .bytes("max-queued-bytes", SessionLimits.Builder::maxQueuedBytes)
                .number("max-stored-messages", SessionLimits.Builder::maxStoredMessages)
                .bytes("max-stored-bytes", SessionLimits.Builder::maxStoredBytes)
                .number("max-in-flight", SessionLimits.Builder::maxInFlight)
                .number("max-subscriptions", SessionLimits.Builder::maxSubscriptions)
                .duration("max-expiry", SessionLimits.Builder::maxExpiry)
                .duration("default-expiry-v3", SessionLimits.Builder::defaultExpiryV3)
                .number("max-sessions", SessionLimits.Builder::maxSessions)
                .number("max-sessions-per-user", SessionLimits.Builder::maxSessionsPerUser)
                .choice("overflow", Overflow.class, SessionLimits.Builder::overflow)
                .build();
    }

    private static RetainedLimits retained(ConfigSection section) {
        return new Fields<>(section, RetainedLimits::builder, RetainedLimits.Builder::build)
                .number("max-messages", RetainedLimits.Builder::maxMessages)
                .bytes("max-bytes", RetainedLimits.Builder::maxBytes)
                .fewBytes("max-payload-bytes", RetainedLimits.Builder::maxPayloadBytes)
                .build();
    }

    private static DelayedLimits delayed(ConfigSection section) {
        return new Fields<>(section, DelayedLimits::builder, DelayedLimits.Builder::build)
                .duration("max-delay", DelayedLimits.Builder::maxDelay)
                .number("max-messages", DelayedLimits.Builder::maxMessages)
                .bytes("max-bytes", DelayedLimits.Builder::maxBytes)
                .number("max-messages-per-client", DelayedLimits.Builder::maxMessagesPerClient)
                .bytes("max-bytes-per-client", DelayedLimits.Builder::maxBytesPerClient)
                .build();
    }

    private static MemoryLimits memory(ConfigSection section) {
        long maxBytes = section.bytes("max-bytes", MemoryLimits.DERIVED);
        long networkBytes = section.bytes("network-bytes", MemoryLimits.DERIVED);
        return checked(section, () -> new MemoryLimits(maxBytes, networkBytes));
    }

    private static OverloadLimits overload(ConfigSection section) {
        return new Fields<>(section, OverloadLimits::builder, OverloadLimits.Builder::build)
                .flag("enabled", OverloadLimits.Builder::enabled)
                .duration("loop-delay", OverloadLimits.Builder::loopDelay)
                .number("memory-percent", OverloadLimits.Builder::memoryPercent)
                .bytes("storage-pending-bytes", OverloadLimits.Builder::storagePendingBytes)
                .duration("calm", OverloadLimits.Builder::calm)
                .build();
    }

    private static Capabilities capabilities(ConfigSection section) {
        return new Fields<>(section, Capabilities::builder, Capabilities.Builder::build)
                .number("maximum-qos", (builder, qos) -> builder.maximumQos(qos(section, "maximum-qos", qos)))
                .flag("retain-available", Capabilities.Builder::retainAvailable)
                .flag("wildcard-subscriptions-available", Capabilities.Builder::wildcardSubscriptionsAvailable)
                .flag("shared-subscriptions-available", Capabilities.Builder::sharedSubscriptionsAvailable)
                .flag("subscription-identifiers-available", Capabilities.Builder::subscriptionIdentifiersAvailable)
                .flag("payload-format-checked", Capabilities.Builder::payloadFormatChecked)
                .text("response-information", Capabilities.Builder::responseInformation)
                .texts("open-dollar-topics", (builder, levels) -> builder.openDollarTopics(new HashSet<>(levels)))
                .flag("exclusive-subscriptions-available", Capabilities.Builder::exclusiveSubscriptionsAvailable)
                .build();
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
