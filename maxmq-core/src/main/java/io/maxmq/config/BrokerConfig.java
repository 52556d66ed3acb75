package io.maxmq.config;

import io.maxmq.spi.Stable;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.admin.Bans;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * All settings of a broker, apart from the objects that plug into it. Immutable.
 *
 * @param name in thread names, loggers and metrics; unique in the JVM; 1..64 characters out of
 *     {@code a-z A-Z 0-9 . _ -}
 * @param listeners with different names; without a listener only in-process clients connect
 * @param allowAnonymous whether every client may connect when there is no authenticator; default false, and then a
 *     start without an authenticator fails
 * @param sessionsBelongToUsers whether only the user that created a session may resume or end it; clients without a
 *     user name count as one user. Other users are refused with 0x85 (MQTT 3: 2). A client that no authenticator
 *     verified is the user that its CONNECT names, but never gets a session of a verified user with that name; default
 *     true
 * @param clientIds client ids that a user may connect with; default {@link ClientIdRule#ANY}
 * @param disconnectRevoked whether an MQTT 5.0 client gets DISCONNECT 0x87 when a change of the rules ends one of its
 *     subscriptions. MQTT has no other notification; the client can reconnect and resume its session. Otherwise, and
 *     always in MQTT 3, the client gets no notification; default true
 * @param loops event loops, 1..64; 0 for one per available processor, 64 at most; default 0
 * @param workers threads for plug-ins that may block and for listeners, started when needed; 0 for twice the available
 *     processors, at least 4; default 0
 * @param workerQueue tasks that may wait for a worker; default 10,000
 * @param pluginDeadline time for an answer of authenticators, authorizers and interceptors; default 5 s
 * @param closeTimeout time for each step of closing: connections, each extension, sessions, threads; default 2 s
 * @param stallThreshold time after which a blocked event loop is reported; default 500 ms
 * @param willGraceAfterRestart added to the delay of wills that a crash made due, so that their clients can return
 *     first; at most 292 years; default 0
 * @param datacenter of message ids, 0..255; default 0
 * @param machine of message ids, 0..8191; default 0
 * @param connections limits of each connection
 * @param sessions limits of each session
 * @param retained limits of retained messages
 * @param memory budget of the whole broker
 * @param overload thresholds at which the broker sheds work; default disabled
 * @param capabilities MQTT features that clients may use
 * @param overlapping deliveries of a message that matches several filters of one client; default
 *     {@link OverlappingSubscriptions#ONE_DELIVERY}
 * @param sysInterval time between publications of the broker's figures below {@code $SYS/broker/}, as retained messages
 *     of {@link io.maxmq.spi.Tenant#DEFAULT}; at least 1 s, or 0 for never; default 10 s
 * @param recovery limits of a start with a store
 * @param delayed limits of messages that clients publish to {@code $delayed/SECONDS/TOPIC}
 * @param topicRewrites rules that rename topics and filters of clients of all tenants, at most 256; the first matching
 *     rule is applied; default none
 * @param tenancy assignment of clients to tenants; default {@link Tenancy#none()}
 * @param bans banned clients, users and addresses, in addition to those of {@code MaxMQ.bans()}; not written to the
 *     store, so a ban ends when it is removed from the settings and the broker restarts, or {@code MaxMQ.reload()}
 *     reads its file; at most {@link Bans#MAX_BANS}; default none
 * @param automaticSubscriptions subscriptions that the broker gives to sessions of certain clients, at most 256;
 *     default none
 * @since 0.1.0
 */
@Stable
public record BrokerConfig(
        String name,
        List<Listener> listeners,
        boolean allowAnonymous,
        boolean sessionsBelongToUsers,
        ClientIdRule clientIds,
        boolean disconnectRevoked,
        int loops,
        int workers,
        int workerQueue,
        Duration pluginDeadline,
        Duration closeTimeout,
        Duration stallThreshold,
        Duration willGraceAfterRestart,
        int datacenter,
        int machine,
        ConnectionLimits connections,
        SessionLimits sessions,
        RetainedLimits retained,
        MemoryLimits memory,
        OverloadLimits overload,
        Capabilities capabilities,
        OverlappingSubscriptions overlapping,
        Duration sysInterval,
        RecoveryLimits recovery,
        DelayedLimits delayed,
        List<TopicRewrite> topicRewrites,
        Tenancy tenancy,
        List<AutomaticSubscription> automaticSubscriptions,
        List<Ban> bans) {

    /** Checks every value. */
    public BrokerConfig {
        SettingChecks.name("name", name);
        SettingChecks.distinctNames(listeners);
        listeners = List.copyOf(listeners);
        listeners.forEach(tenancy::check);
        SettingChecks.range("loops", loops, 0, 64);
        SettingChecks.range("workers", workers, 0, 4096);
        SettingChecks.range("workerQueue", workerQueue, 1, Integer.MAX_VALUE);
        SettingChecks.positive("pluginDeadline", pluginDeadline);
        SettingChecks.positive("closeTimeout", closeTimeout);
        SettingChecks.positive("stallThreshold", stallThreshold);
        SettingChecks.notNegative("willGraceAfterRestart", willGraceAfterRestart);
        topicRewrites = List.copyOf(topicRewrites);
        SettingChecks.range("topicRewrites.size", topicRewrites.size(), 0, 256);
        automaticSubscriptions = List.copyOf(automaticSubscriptions);
        SettingChecks.range("automaticSubscriptions.size", automaticSubscriptions.size(), 0, 256);
        bans = List.copyOf(bans);
        SettingChecks.range("bans.size", bans.size(), 0, Bans.MAX_BANS);
        SettingChecks.zeroOrSeconds("sysInterval", sysInterval);
        SettingChecks.range("datacenter", datacenter, 0, 255);
        SettingChecks.range("machine", machine, 0, 8191);
    }

    /** Returns the defaults. */
    public static BrokerConfig defaults() {
        return builder().build();
    }

    /** Returns a builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder with these values. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.name = name;
        builder.listeners = listeners;
        builder.allowAnonymous = allowAnonymous;
        builder.sessionsBelongToUsers = sessionsBelongToUsers;
        builder.clientIds = clientIds;
        builder.disconnectRevoked = disconnectRevoked;
        builder.loops = loops;
        builder.workers = workers;
        builder.workerQueue = workerQueue;
        builder.pluginDeadline = pluginDeadline;
        builder.closeTimeout = closeTimeout;
        builder.stallThreshold = stallThreshold;
        builder.willGraceAfterRestart = willGraceAfterRestart;
        builder.datacenter = datacenter;
        builder.machine = machine;
        builder.connections = connections;
        builder.sessions = sessions;
        builder.retained = retained;
        builder.memory = memory;
        builder.overload = overload;
        builder.capabilities = capabilities;
        builder.overlapping = overlapping;
        builder.sysInterval = sysInterval;
        builder.recovery = recovery;
        builder.delayed = delayed;
        builder.topicRewrites = topicRewrites;
        builder.tenancy = tenancy;
        builder.automaticSubscriptions = automaticSubscriptions;
        builder.bans = bans;
        return builder;
    }

    /**
     * Collects values. Not thread-safe.
     *
     * @since 0.1.0
     */
    @Stable
    public static final class Builder {

        private String name = "maxmq";
        private List<Listener> listeners = List.of();
        private boolean allowAnonymous = false;
        private boolean sessionsBelongToUsers = true;
        private ClientIdRule clientIds = ClientIdRule.ANY;
        private boolean disconnectRevoked = true;
        private int loops = 0;
        private int workers = 0;
        private int workerQueue = 10_000;
        private Duration pluginDeadline = Duration.ofSeconds(5);
        private Duration closeTimeout = Duration.ofSeconds(2);
        private Duration stallThreshold = Duration.ofMillis(500);
        private Duration willGraceAfterRestart = Duration.ZERO;
        private int datacenter = 0;
        private int machine = 0;
        private ConnectionLimits connections = ConnectionLimits.defaults();
        private SessionLimits sessions = SessionLimits.defaults();
        private RetainedLimits retained = RetainedLimits.defaults();
        private MemoryLimits memory = MemoryLimits.AUTO;
        private OverloadLimits overload = OverloadLimits.defaults();
        private Capabilities capabilities = Capabilities.defaults();
        private OverlappingSubscriptions overlapping = OverlappingSubscriptions.ONE_DELIVERY;
        private Duration sysInterval = Duration.ofSeconds(10);
        private RecoveryLimits recovery = RecoveryLimits.defaults();
        private DelayedLimits delayed = DelayedLimits.defaults();
        private List<TopicRewrite> topicRewrites = List.of();
        private Tenancy tenancy = Tenancy.none();
        private List<AutomaticSubscription> automaticSubscriptions = List.of();
        private List<Ban> bans = List.of();

        private Builder() {}

        /** See {@link BrokerConfig#name()}. */
        public Builder name(String value) {
            name = value;
            return this;
        }

        /** See {@link BrokerConfig#listeners()}. */
        public Builder listeners(List<Listener> value) {
            listeners = value;
            return this;
        }

        /** Appends a listener. */
        public Builder listener(Listener listener) {
            List<Listener> more = new ArrayList<>(listeners);
            more.add(listener);
            listeners = more;
            return this;
        }

        /** See {@link BrokerConfig#allowAnonymous()}. */
        public Builder allowAnonymous(boolean value) {
            allowAnonymous = value;
            return this;
        }

        /** See {@link BrokerConfig#sessionsBelongToUsers()}. */
        public Builder sessionsBelongToUsers(boolean value) {
            sessionsBelongToUsers = value;
            return this;
        }

        /** See {@link BrokerConfig#clientIds()}. */
        public Builder clientIds(ClientIdRule value) {
            clientIds = value;
            return this;
        }

        /** See {@link BrokerConfig#disconnectRevoked()}. */
        public Builder disconnectRevoked(boolean value) {
            disconnectRevoked = value;
            return this;
        }

        /** See {@link BrokerConfig#loops()}. */
        public Builder loops(int value) {
            loops = value;
            return this;
        }

        /** See {@link BrokerConfig#workers()}. */
        public Builder workers(int value) {
            workers = value;
            return this;
        }

        /** See {@link BrokerConfig#workerQueue()}. */
        public Builder workerQueue(int value) {
            workerQueue = value;
            return this;
        }

        /** See {@link BrokerConfig#pluginDeadline()}. */
        public Builder pluginDeadline(Duration value) {
            pluginDeadline = value;
            return this;
        }

        /** See {@link BrokerConfig#closeTimeout()}. */
        public Builder closeTimeout(Duration value) {
            closeTimeout = value;
            return this;
        }

        /** See {@link BrokerConfig#stallThreshold()}. */
        public Builder stallThreshold(Duration value) {
            stallThreshold = value;
            return this;
        }

        /** See {@link BrokerConfig#willGraceAfterRestart()}. */
        public Builder willGraceAfterRestart(Duration value) {
            willGraceAfterRestart = value;
            return this;
        }

        /** See {@link BrokerConfig#datacenter()}. */
        public Builder datacenter(int value) {
            datacenter = value;
            return this;
        }

        /** See {@link BrokerConfig#machine()}. */
        public Builder machine(int value) {
            machine = value;
            return this;
        }

        /** See {@link BrokerConfig#connections()}. */
        public Builder connections(ConnectionLimits value) {
            connections = value;
            return this;
        }

        /** See {@link BrokerConfig#sessions()}. */
        public Builder sessions(SessionLimits value) {
            sessions = value;
            return this;
        }

        /** See {@link BrokerConfig#retained()}. */
        public Builder retained(RetainedLimits value) {
            retained = value;
            return this;
        }

        /** See {@link BrokerConfig#overload()}. */
        public Builder overload(OverloadLimits value) {
            overload = value;
            return this;
        }

        /** See {@link BrokerConfig#memory()}. */
        public Builder memory(MemoryLimits value) {
            memory = value;
            return this;
        }

        /** See {@link BrokerConfig#capabilities()}. */
        public Builder capabilities(Capabilities value) {
            capabilities = value;
            return this;
        }

        /** See {@link BrokerConfig#overlapping()}. */
        public Builder overlapping(OverlappingSubscriptions value) {
            overlapping = value;
            return this;
        }

        /** See {@link BrokerConfig#sysInterval()}. */
        public Builder sysInterval(Duration value) {
            sysInterval = value;
            return this;
        }

        /** See {@link BrokerConfig#recovery()}. */
        public Builder recovery(RecoveryLimits value) {
            recovery = value;
            return this;
        }

        /** See {@link BrokerConfig#delayed()}. */
        public Builder delayed(DelayedLimits value) {
            delayed = value;
            return this;
        }

        /** See {@link BrokerConfig#topicRewrites()}. */
        public Builder topicRewrites(List<TopicRewrite> value) {
            topicRewrites = value;
            return this;
        }

        /** Appends a rule. */
        public Builder topicRewrite(TopicRewrite rule) {
            List<TopicRewrite> more = new ArrayList<>(topicRewrites);
            more.add(rule);
            topicRewrites = more;
            return this;
        }

        /** See {@link BrokerConfig#tenancy()}. */
        public Builder tenancy(Tenancy value) {
            tenancy = value;
            return this;
        }

        /** See {@link BrokerConfig#automaticSubscriptions()}. */
        public Builder automaticSubscriptions(List<AutomaticSubscription> value) {
            automaticSubscriptions = value;
            return this;
        }

        /** Appends a subscription. */
        public Builder automaticSubscription(AutomaticSubscription subscription) {
            List<AutomaticSubscription> more = new ArrayList<>(automaticSubscriptions);
            more.add(subscription);
            automaticSubscriptions = more;
            return this;
        }

        /** See {@link BrokerConfig#bans()}. */
        public Builder bans(List<Ban> value) {
            bans = value;
            return this;
        }

        /** Appends a ban. */
        public Builder ban(Ban ban) {
            List<Ban> more = new ArrayList<>(bans);
            more.add(ban);
            bans = more;
            return this;
        }

        /**
         * Builds the settings.
         *
         * @throws IllegalArgumentException when a value is invalid; names the field and its value
         */
        public BrokerConfig build() {
            return new BrokerConfig(
                    name,
                    listeners,
                    allowAnonymous,
                    sessionsBelongToUsers,
                    clientIds,
                    disconnectRevoked,
                    loops,
                    workers,
                    workerQueue,
                    pluginDeadline,
                    closeTimeout,
                    stallThreshold,
                    willGraceAfterRestart,
                    datacenter,
                    machine,
                    connections,
                    sessions,
                    retained,
                    memory,
                    overload,
                    capabilities,
                    overlapping,
                    sysInterval,
                    recovery,
                    delayed,
                    topicRewrites,
                    tenancy,
                    automaticSubscriptions,
                    bans);
        }
    }
}
