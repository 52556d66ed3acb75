package io.maxmq.core.connection;

import io.maxmq.ManualClock;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.wire.PacketEncoder;
import io.maxmq.config.BrokerConfig;
import io.maxmq.core.access.Access;
import io.maxmq.core.access.AccessSettings;
import io.maxmq.core.access.CallerLoop;
import io.maxmq.core.access.PluginCalls;
import io.maxmq.core.intercept.Interceptors;
import io.maxmq.core.limit.BanList;
import io.maxmq.core.limit.Overload;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Events;
import io.maxmq.core.observe.Loggers;
import io.maxmq.core.observe.WorkerPool;
import io.maxmq.core.persistence.ManualLoop;
import io.maxmq.core.routing.MessageIds;
import io.maxmq.core.routing.RetainedTree;
import io.maxmq.core.routing.Router;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SubscriptionTree;
import io.maxmq.core.routing.TopicTable;
import io.maxmq.core.session.DelayedCount;
import io.maxmq.core.session.DroppedMessages;
import io.maxmq.core.session.LoopSessions;
import io.maxmq.core.session.SessionEvents;
import io.maxmq.core.session.SessionKey;
import io.maxmq.core.session.SessionQuotas;
import io.maxmq.core.session.SessionStorage;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.intercept.Interceptor;
import io.maxmq.spi.limit.RateLimiter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Connections and sessions of a broker with one loop, which runs on the test's thread and by virtual time. Not thread-safe. */
final class OneLoop {
    final ManualLoop manual = new ManualLoop(64 << 20);
    final Loop loop = manual.loop;
    final Connections connections;
    final LoopSessions sessions;

    /** @param plugins authenticators, authorizers, interceptors and rate limiters */
    OneLoop(Object... plugins) {
        BrokerConfig config = BrokerConfig.builder().allowAnonymous(true).build();
        ManualClock clock = new ManualClock();
        Loggers loggers = new Loggers(config.name());
        WorkerPool workers = new WorkerPool(config.name(), 1, 10, Duration.ofSeconds(1), loggers);
        Events events = new Events(workers, clock, loggers);
        PluginCalls calls = new PluginCalls(workers, events.failures());
        Access access = new Access(
                new AccessSettings(
                        of(plugins, Authenticator.class),
                        List.of(),
                        of(plugins, Authorizer.class),
                        true,
                        config.pluginDeadline()),
                calls,
                clock,
                events);
        Interceptors interceptors = new Interceptors(of(plugins, Interceptor.class), calls, config.pluginDeadline());
        Routes routes = new Routes(
                Tenant.DEFAULT,
                new TopicTable(1, 64, 128),
                new TopicTable(1, 64, 128),
                new SubscriptionTree(1, SubscriptionTree.Options.DEFAULTS),
                new SubscriptionTree(1, SubscriptionTree.Options.DEFAULTS),
                new RetainedTree(new RetainedTree.Limits(1000, 1_000_000, 1_000_000)),
                (group, of) -> {
                    throw new AssertionError("no shared group");
                });
        MessageIds ids = new MessageIds(new MessageIds.Origin(0, 0, 0, new AtomicLong()), clock::epochMillis);
        Router router = new Router(loop, ids, false);
        Router.connect(List.of(router), 1 << 20);
        DroppedMessages drops = new DroppedMessages(loop, events);
        CallerLoop caller = new Caller(loop);
        sessions = new LoopSessions(
                loop,
                caller,
                router,
                ids,
                new LoopSessions.Settings(
                        config.sessions(),
                        config.sessionsBelongToUsers(),
                        config.connections().receiveMaximum(),
                        access,
                        interceptors,
                        new SessionQuotas(config.sessions(), config.tenancy()),
                        new DelayedCount(config.delayed()),
                        tenant -> routes),
                SessionStorage.NONE,
                new SessionEvents(loop, events),
                drops);
        connections = new Connections(
                config,
                new Connections.Deciders(
                        access,
                        interceptors,
                        of(plugins, RateLimiter.class),
                        new BanList(),
                        new Overload(config.overload())),
                new Connections.Tenants(tenant -> routes, tenant -> true),
                events,
                loggers);
        connections.addLoop(
                new SessionLoop(loop, caller, router, sessions, drops), ids, UnpooledByteBufAllocator.DEFAULT);
    }

    private record Caller(Loop loop) implements CallerLoop {
        @Override
        public void execute(Runnable task) {
            loop.execute(task);
        }

        @Override
        public Registration after(long delayNanos, Runnable task) {
            long id = loop.schedule(delayNanos, task::run);
            return () -> loop.cancel(id);
        }
    }

    private static <T> List<T> of(Object[] plugins, Class<T> type) {
        return Arrays.stream(plugins).filter(type::isInstance).map(type::cast).toList();
    }

    static SessionKey key(String clientId) {
        return new SessionKey(Tenant.DEFAULT, clientId);
    }

    static Connect connect(ProtocolVersion version, String clientId) {
        return new Connect(version, false, true, 60, Properties.NONE, clientId, null, null, null);
    }

    /** Accepts a connection. */
    Connection open(RecordedSink sink) {
        Connection[] opened = new Connection[1];
        manual.run(() -> opened[0] = (Connection) connections.open(sink, loop));
        return opened[0];
    }

    /** Lets the client send a packet, and runs the loop. */
    void send(Connection from, ProtocolVersion version, Packet packet) {
        ByteBuf bytes = Unpooled.buffer();
        PacketEncoder.encode(packet, version, bytes);
        manual.run(() -> from.onBytes(bytes));
    }
}
