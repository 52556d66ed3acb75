package io.maxmq.config;

import io.maxmq.spi.Internal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The table of the broker's settings: each key of a configuration file once, with its type, range, help and place in
 * {@link BrokerConfig}. The reader of configuration files, its errors, the sample file and the documentation follow
 * this table. It excludes lists, sections whose names the operator chooses, and the settings of plug-ins. Immutable.
 *
 * @since 0.1.0
 */
@Internal
public final class SettingKeys {
    private static final int MAX_INT = Integer.MAX_VALUE;
    private static final long MAX_LONG = Long.MAX_VALUE;
    private static final int MAX_PACKET = 268_435_460;
    private static final int MAX_OUTBOUND = 1 << 30;

    private static final Duration FOREVER = Duration.ofNanos(MAX_LONG);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final SettingType<Boolean> FLAG = SettingType.flag();
    private static final SettingType<Integer> FROM_0 = SettingType.number(0, MAX_INT);
    private static final SettingType<Integer> FROM_1 = SettingType.number(1, MAX_INT);
    private static final SettingType<Integer> TWO_BYTES = SettingType.number(0, 65_535);
    private static final SettingType<Integer> PACKET_PART = SettingType.fewBytes(0, MAX_PACKET);
    private static final SettingType<Long> BYTES_FROM_0 = SettingType.bytes(0, MAX_LONG);
    private static final SettingType<Long> BYTES_FROM_1 = SettingType.bytes(1, MAX_LONG);
    private static final SettingType<Duration> TIME = SettingType.time(Duration.ZERO, FOREVER);
    private static final SettingType<Duration> TIMEOUT = SettingType.time(Duration.ofNanos(1), FOREVER);
    private static final SettingType<Duration> KEEP_ALIVE = SettingType.time(SECOND, Duration.ofSeconds(65_535));

    /** The keys outside of sections. */
    public static final SettingSection<BrokerConfig, BrokerConfig.Builder> BROKER =
            SettingSection.<BrokerConfig, BrokerConfig.Builder>of("", config -> config)
                    .key("name", SettingType.text("1..64 of a-z A-Z 0-9 . _ -"), "name in threads, logs and metrics")
                    .at(BrokerConfig::name, BrokerConfig.Builder::name)
                    .key("allow-anonymous", FLAG, "clients may connect without credentials")
                    .at(BrokerConfig::allowAnonymous, BrokerConfig.Builder::allowAnonymous)
                    .key("sessions-belong-to-users", FLAG, "only the user that created a session may resume or end it")
                    .at(BrokerConfig::sessionsBelongToUsers, BrokerConfig.Builder::sessionsBelongToUsers)
                    .key(
                            "client-ids",
                            SettingType.choice(ClientIdRule.class),
                            "client ids that a user may connect with")
                    .at(BrokerConfig::clientIds, BrokerConfig.Builder::clientIds)
                    .key("disconnect-revoked", FLAG, "MQTT 5.0 clients get a DISCONNECT when a subscription is revoked")
                    .at(BrokerConfig::disconnectRevoked, BrokerConfig.Builder::disconnectRevoked)
                    .key(
                            "overlapping",
                            SettingType.choice(OverlappingSubscriptions.class),
                            "deliveries of a message that matches several filters")
                    .at(BrokerConfig::overlapping, BrokerConfig.Builder::overlapping)
                    .key(
                            "sys-interval",
                            SettingType.time(SECOND, FOREVER).orZero(),
                            "time between publications of $SYS/broker/...; 0 for never")
                    .at(BrokerConfig::sysInterval, BrokerConfig.Builder::sysInterval)
                    .key("loops", SettingType.number(0, 64), "event loops; 0 for one per processor")
                    .at(BrokerConfig::loops, BrokerConfig.Builder::loops)
                    .key(
                            "workers",
                            SettingType.number(0, 4096),
                            "threads for blocking plug-ins; 0 for twice the processors, at least 4")
                    .at(BrokerConfig::workers, BrokerConfig.Builder::workers)
                    .key("worker-queue", FROM_1, "tasks that wait for a worker")
                    .at(BrokerConfig::workerQueue, BrokerConfig.Builder::workerQueue)
                    .key(
                            "plugin-deadline",
                            TIMEOUT,
                            "time for an answer of an authenticator, authorizer or interceptor")
                    .at(BrokerConfig::pluginDeadline, BrokerConfig.Builder::pluginDeadline)
                    .key(
                            "close-timeout",
                            TIMEOUT,
                            "time for each step of closing: connections, each extension, sessions, threads")
                    .at(BrokerConfig::closeTimeout, BrokerConfig.Builder::closeTimeout)
                    .key("stall-threshold", TIMEOUT, "time after which a blocked event loop is reported")
                    .at(BrokerConfig::stallThreshold, BrokerConfig.Builder::stallThreshold)
                    .key(
                            "will-grace-after-restart",
                            TIME,
                            "added to the delay of wills after a crash, so that clients can return")
                    .at(BrokerConfig::willGraceAfterRestart, BrokerConfig.Builder::willGraceAfterRestart)
                    .key("datacenter", SettingType.number(0, 255), "part of message ids")
                    .at(BrokerConfig::datacenter, BrokerConfig.Builder::datacenter)
                    .key("machine", SettingType.number(0, 8191), "part of message ids")
                    .at(BrokerConfig::machine, BrokerConfig.Builder::machine)
                    .from(BrokerConfig::builder, BrokerConfig.Builder::build);

    /** Limits of a connection. */
    public static final SettingSection<ConnectionLimits, ConnectionLimits.Builder> CONNECTIONS =
            SettingSection.<ConnectionLimits, ConnectionLimits.Builder>of("connections", BrokerConfig::connections)
                    .key("connect-timeout", TIMEOUT, "time from the accepted socket to the complete CONNECT")
                    .at(ConnectionLimits::connectTimeout, ConnectionLimits.Builder::connectTimeout)
                    .key(
                            "max-tls-handshakes",
                            SettingType.number(1, 1_000_000),
                            "concurrent handshakes of one listener; further clients wait")
                    .at(ConnectionLimits::maxTlsHandshakes, ConnectionLimits.Builder::maxTlsHandshakes)
                    .key(
                            "packet-timeout",
                            TIMEOUT,
                            "time from a packet's first byte to its last; extended while 1 KiB per second arrives")
                    .at(ConnectionLimits::packetTimeout, ConnectionLimits.Builder::packetTimeout)
                    .key("authentication-timeout", TIMEOUT, "time for one exchange of enhanced authentication")
                    .at(ConnectionLimits::authenticationTimeout, ConnectionLimits.Builder::authenticationTimeout)
                    .key(
                            "max-packet-bytes",
                            SettingType.fewBytes(1024, MAX_PACKET),
                            "size of a packet, header included; announced to MQTT 5.0 clients")
                    .at(ConnectionLimits::maxPacketBytes, ConnectionLimits.Builder::maxPacketBytes)
                    .key(
                            "max-packet-bytes-before-connect",
                            SettingType.fewBytes(64, MAX_PACKET),
                            "size of the first packet")
                    .at(
                            ConnectionLimits::maxPacketBytesBeforeConnect,
                            ConnectionLimits.Builder::maxPacketBytesBeforeConnect)
                    .key(
                            "max-keep-alive",
                            KEEP_ALIVE,
                            "longest keep alive, also in place of 0; at 65535 s MQTT 3 clients with 0 have TCP keep-alive only")
                    .at(ConnectionLimits::maxKeepAlive, ConnectionLimits.Builder::maxKeepAlive)
                    .key(
                            "max-keep-alive-anonymous",
                            KEEP_ALIVE,
                            "longest keep alive of clients without a verified user name")
                    .at(ConnectionLimits::maxKeepAliveAnonymous, ConnectionLimits.Builder::maxKeepAliveAnonymous)
                    .key(
                            "receive-maximum",
                            SettingType.number(1, 65_535),
                            "unacknowledged QoS 1 and 2 publishes of an MQTT 5.0 client")
                    .at(ConnectionLimits::receiveMaximum, ConnectionLimits.Builder::receiveMaximum)
                    .key("topic-alias-maximum", TWO_BYTES, "topic aliases that a client may set")
                    .at(ConnectionLimits::topicAliasMaximum, ConnectionLimits.Builder::topicAliasMaximum)
                    .key(
                            "topic-alias-maximum-outbound",
                            TWO_BYTES,
                            "topic aliases that the broker sets, if the client allows as many")
                    .at(
                            ConnectionLimits::topicAliasMaximumOutbound,
                            ConnectionLimits.Builder::topicAliasMaximumOutbound)
                    .key("max-topic-levels", SettingType.number(1, 65_535), "levels of a topic name or filter")
                    .at(ConnectionLimits::maxTopicLevels, ConnectionLimits.Builder::maxTopicLevels)
                    .key("max-client-id-bytes", SettingType.fewBytes(23, 65_535), "size of a client id in UTF-8")
                    .at(ConnectionLimits::maxClientIdBytes, ConnectionLimits.Builder::maxClientIdBytes)
                    .key("long-client-ids-in-v31", FLAG, "MQTT 3.1 clients may have client ids of more than 23 bytes")
                    .at(ConnectionLimits::longClientIdsInV31, ConnectionLimits.Builder::longClientIdsInV31)
                    .key("max-will-bytes", PACKET_PART, "size of the payload of a will")
                    .at(ConnectionLimits::maxWillBytes, ConnectionLimits.Builder::maxWillBytes)
                    .key("max-user-properties", SettingType.number(0, 1_048_576), "user properties of one packet")
                    .at(ConnectionLimits::maxUserProperties, ConnectionLimits.Builder::maxUserProperties)
                    .key("max-user-property-bytes", PACKET_PART, "size of all user properties of one packet")
                    .at(ConnectionLimits::maxUserPropertyBytes, ConnectionLimits.Builder::maxUserPropertyBytes)
                    .key(
                            "outbound-low-watermark-bytes",
                            SettingType.fewBytes(1, MAX_OUTBOUND),
                            "unsent output below which sending resumes")
                    .at(
                            ConnectionLimits::outboundLowWatermarkBytes,
                            ConnectionLimits.Builder::outboundLowWatermarkBytes)
                    .key(
                            "outbound-high-watermark-bytes",
                            SettingType.fewBytes(1, MAX_OUTBOUND),
                            "unsent output above which QoS 0 is dropped and QoS 1 and 2 wait in the session")
                    .at(
                            ConnectionLimits::outboundHighWatermarkBytes,
                            ConnectionLimits.Builder::outboundHighWatermarkBytes)
                    .key(
                            "slow-consumer-timeout",
                            TIMEOUT,
                            "time above the high watermark without progress; then the connection is closed")
                    .at(ConnectionLimits::slowConsumerTimeout, ConnectionLimits.Builder::slowConsumerTimeout)
                    .from(ConnectionLimits::builder, ConnectionLimits.Builder::build);

    /** Limits of a session. */
    public static final SettingSection<SessionLimits, SessionLimits.Builder> SESSIONS =
            SettingSection.<SessionLimits, SessionLimits.Builder>of("sessions", BrokerConfig::sessions)
                    .key("max-queued-messages", FROM_1, "messages of a queue in memory")
                    .at(SessionLimits::maxQueuedMessages, SessionLimits.Builder::maxQueuedMessages)
                    .key("max-queued-bytes", BYTES_FROM_1, "size of a queue in memory")
                    .at(SessionLimits::maxQueuedBytes, SessionLimits.Builder::maxQueuedBytes)
                    .key("max-stored-messages", FROM_1, "messages of a queue in storage")
                    .at(SessionLimits::maxStoredMessages, SessionLimits.Builder::maxStoredMessages)
                    .key("max-stored-bytes", BYTES_FROM_1, "size of a queue in storage")
                    .at(SessionLimits::maxStoredBytes, SessionLimits.Builder::maxStoredBytes)
                    .key(
                            "max-in-flight",
                            SettingType.number(1, 65_535),
                            "unacknowledged QoS 1 and 2 messages to the client")
                    .at(SessionLimits::maxInFlight, SessionLimits.Builder::maxInFlight)
                    .key("max-subscriptions", FROM_1, "topic filters of a session")
                    .at(SessionLimits::maxSubscriptions, SessionLimits.Builder::maxSubscriptions)
                    .key("max-expiry", TIME, "longest time that a session outlives its connection")
                    .at(SessionLimits::maxExpiry, SessionLimits.Builder::maxExpiry)
                    .key("default-expiry-v3", TIME, "expiry of an MQTT 3 session without Clean Session")
                    .at(SessionLimits::defaultExpiryV3, SessionLimits.Builder::defaultExpiryV3)
                    .key("max-sessions", FROM_1, "sessions of the broker")
                    .at(SessionLimits::maxSessions, SessionLimits.Builder::maxSessions)
                    .key(
                            "max-sessions-per-user",
                            FROM_0,
                            "sessions of one verified user name, connected or not; 0 for half of max-sessions")
                    .at(SessionLimits::maxSessionsPerUserOrHalf, SessionLimits.Builder::maxSessionsPerUser)
                    .key("overflow", SettingType.choice(Overflow.class), "policy for a full queue")
                    .at(SessionLimits::overflow, SessionLimits.Builder::overflow)
                    .from(SessionLimits::builder, SessionLimits.Builder::build);

    /** Limits of retained messages. */
    public static final SettingSection<RetainedLimits, RetainedLimits.Builder> RETAINED =
            SettingSection.<RetainedLimits, RetainedLimits.Builder>of("retained", BrokerConfig::retained)
                    .key("max-messages", FROM_0, "retained messages")
                    .at(RetainedLimits::maxMessages, RetainedLimits.Builder::maxMessages)
                    .key("max-bytes", BYTES_FROM_0, "size of all retained messages")
                    .at(RetainedLimits::maxBytes, RetainedLimits.Builder::maxBytes)
                    .key("max-payload-bytes", PACKET_PART, "size of the payload of one retained message")
                    .at(RetainedLimits::maxPayloadBytes, RetainedLimits.Builder::maxPayloadBytes)
                    .from(RetainedLimits::builder, RetainedLimits.Builder::build);

    /** Limits of a start with a store. */
    public static final SettingSection<RecoveryLimits, RecoveryLimits.Builder> RECOVERY =
            SettingSection.<RecoveryLimits, RecoveryLimits.Builder>of("recovery", BrokerConfig::recovery)
                    .key(
                            "max-expiry-catch-up",
                            SettingType.time(Duration.ofMinutes(1), RecoveryLimits.MAX),
                            "longest downtime that counts against expiries")
                    .at(RecoveryLimits::maxExpiryCatchUp, RecoveryLimits.Builder::maxExpiryCatchUp)
                    .key(
                            "answer-timeout",
                            SettingType.time(Duration.ofNanos(1), RecoveryLimits.MAX),
                            "longest wait for one answer of the storage; then the start fails")
                    .at(RecoveryLimits::answerTimeout, RecoveryLimits.Builder::answerTimeout)
                    .from(RecoveryLimits::builder, RecoveryLimits.Builder::build);

    /** Limits of delayed messages. */
    public static final SettingSection<DelayedLimits, DelayedLimits.Builder> DELAYED =
            SettingSection.<DelayedLimits, DelayedLimits.Builder>of("delayed", BrokerConfig::delayed)
                    .key(
                            "max-delay",
                            SettingType.time(Duration.ZERO, Duration.ofSeconds(MAX_INT)),
                            "longest delay, in whole seconds; 0 closes $delayed")
                    .at(DelayedLimits::maxDelay, DelayedLimits.Builder::maxDelay)
                    .key("max-messages", FROM_0, "delayed messages of the broker")
                    .at(DelayedLimits::maxMessages, DelayedLimits.Builder::maxMessages)
                    .key("max-bytes", BYTES_FROM_0, "size of all delayed messages")
                    .at(DelayedLimits::maxBytes, DelayedLimits.Builder::maxBytes)
                    .key("max-messages-per-client", FROM_0, "delayed messages of one client")
                    .at(DelayedLimits::maxMessagesPerClient, DelayedLimits.Builder::maxMessagesPerClient)
                    .key("max-bytes-per-client", BYTES_FROM_0, "size of the delayed messages of one client")
                    .at(DelayedLimits::maxBytesPerClient, DelayedLimits.Builder::maxBytesPerClient)
                    .from(DelayedLimits::builder, DelayedLimits.Builder::build);

    /** Limits of the broker's memory. */
    public static final SettingSection<MemoryLimits, MemoryLimits> MEMORY =
            SettingSection.<MemoryLimits, MemoryLimits>of("memory", BrokerConfig::memory)
                    .key(
                            "max-bytes",
                            SettingType.bytes(1 << 20, MAX_LONG).orZero(),
                            "budget of messages and network buffers; 0 for half of the heap plus network-bytes")
                    .at(MemoryLimits::maxBytes, (limits, bytes) -> new MemoryLimits(bytes, limits.networkBytes()))
                    .key(
                            "network-bytes",
                            BYTES_FROM_0,
                            "part of max-bytes for network buffers; 0 for half of the direct memory, at most 1 GiB")
                    .at(MemoryLimits::networkBytes, (limits, bytes) -> new MemoryLimits(limits.maxBytes(), bytes))
                    .from(() -> MemoryLimits.AUTO, limits -> limits);

    /** Thresholds of overload. */
    public static final SettingSection<OverloadLimits, OverloadLimits.Builder> OVERLOAD =
            SettingSection.<OverloadLimits, OverloadLimits.Builder>of("overload", BrokerConfig::overload)
                    .key("enabled", FLAG, "the broker sheds work under overload")
                    .at(OverloadLimits::enabled, OverloadLimits.Builder::enabled)
                    .key("loop-delay", TIMEOUT, "delay of an event loop, for level 1")
                    .at(OverloadLimits::loopDelay, OverloadLimits.Builder::loopDelay)
                    .key("memory-percent", SettingType.number(1, 99), "used part of the memory budget, for level 1")
                    .at(OverloadLimits::memoryPercent, OverloadLimits.Builder::memoryPercent)
                    .key(
                            "storage-pending-bytes",
                            SettingType.bytes(1, MAX_LONG / 4),
                            "batches that the storage has not completed, for level 1")
                    .at(OverloadLimits::storagePendingBytes, OverloadLimits.Builder::storagePendingBytes)
                    .key("calm", TIMEOUT, "time without a reason before the broker resumes work")
                    .at(OverloadLimits::calm, OverloadLimits.Builder::calm)
                    .from(OverloadLimits::builder, OverloadLimits.Builder::build);

    /** Features that clients may use. */
    public static final SettingSection<Capabilities, Capabilities.Builder> CAPABILITIES =
            SettingSection.<Capabilities, Capabilities.Builder>of("capabilities", BrokerConfig::capabilities)
                    .key("maximum-qos", SettingType.qos(), "highest QoS of PUBLISH, will and subscription")
                    .at(Capabilities::maximumQos, Capabilities.Builder::maximumQos)
                    .key("retain-available", FLAG, "clients may set RETAIN")
                    .at(Capabilities::retainAvailable, Capabilities.Builder::retainAvailable)
                    .key("wildcard-subscriptions-available", FLAG, "filters may have + and #")
                    .at(
                            Capabilities::wildcardSubscriptionsAvailable,
                            Capabilities.Builder::wildcardSubscriptionsAvailable)
                    .key("shared-subscriptions-available", FLAG, "filters may begin with $share")
                    .at(Capabilities::sharedSubscriptionsAvailable, Capabilities.Builder::sharedSubscriptionsAvailable)
                    .key("subscription-identifiers-available", FLAG, "SUBSCRIBE may have an identifier")
                    .at(
                            Capabilities::subscriptionIdentifiersAvailable,
                            Capabilities.Builder::subscriptionIdentifiersAvailable)
                    .key("exclusive-subscriptions-available", FLAG, "filters may begin with $exclusive")
                    .at(
                            Capabilities::exclusiveSubscriptionsAvailable,
                            Capabilities.Builder::exclusiveSubscriptionsAvailable)
                    .key("payload-format-checked", FLAG, "the broker checks payloads that are declared as UTF-8")
                    .at(Capabilities::payloadFormatChecked, Capabilities.Builder::payloadFormatChecked)
                    .key(
                            "response-information",
                            SettingType.text("a text"),
                            "response information for MQTT 5.0 clients, such as \"replies/${clientid}\"")
                    .at(Capabilities::responseInformation, Capabilities.Builder::responseInformation)
                    .key(
                            "open-dollar-topics",
                            SettingType.texts("a list of topic levels"),
                            "first levels below which clients may publish, such as [\"$app\"]")
                    .at(Capabilities::openDollarTopics, Capabilities.Builder::openDollarTopics)
                    .from(Capabilities::builder, Capabilities.Builder::build);

    /** The number of tenants; the reader of the section {@code tenancy} knows its other keys. */
    public static final SettingSection<Tenancy, Tenancy> TENANCY = SettingSection.<Tenancy, Tenancy>of(
                    "tenancy", BrokerConfig::tenancy)
            .key(
                    "max-tenants",
                    SettingType.number(1, 1_000_000),
                    "tenants that have sessions, retained or delayed messages at a time")
            .at(Tenancy::maxTenants, Tenancy::withMaxTenants)
            .from(Tenancy::none, tenancy -> tenancy);

    /** Limits of each tenant. */
    public static final SettingSection<TenantQuota, TenantQuota> QUOTA = SettingSection.<TenantQuota, TenantQuota>of(
                    "tenancy.quota", config -> config.tenancy().quota())
            .key("max-sessions", FROM_0, "sessions, connected or not")
            .at(TenantQuota::maxSessions, TenantQuota::withMaxSessions)
            .key("max-subscriptions", FROM_0, "topic filters of all sessions")
            .at(TenantQuota::maxSubscriptions, TenantQuota::withMaxSubscriptions)
            .key("max-retained-messages", FROM_0, "retained messages")
            .at(TenantQuota::maxRetainedMessages, TenantQuota::withMaxRetainedMessages)
            .key("max-retained-bytes", BYTES_FROM_0, "size of all retained messages")
            .at(TenantQuota::maxRetainedBytes, TenantQuota::withMaxRetainedBytes)
            .key("max-stored-bytes", BYTES_FROM_0, "size of the messages that wait in the storage")
            .at(TenantQuota::maxStoredBytes, TenantQuota::withMaxStoredBytes)
            .from(() -> TenantQuota.UNLIMITED, quota -> quota);

    /** All sections of the table. */
    public static final List<SettingSection<?, ?>> ALL = List.of(
            BROKER, CONNECTIONS, SESSIONS, RETAINED, RECOVERY, DELAYED, MEMORY, OVERLOAD, CAPABILITIES, TENANCY, QUOTA);

    private SettingKeys() {}

    /** Returns the value of each key in the notation of a configuration file, in the order of the table. */
    public static Map<String, String> valuesIn(BrokerConfig config) {
        Map<String, String> values = new LinkedHashMap<>();
        ALL.forEach(section -> section.collectValues(config, values));
        return values;
    }
}
