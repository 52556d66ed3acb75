package io.maxmq.benchmarks.micro;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.config.BrokerConfig;
import io.maxmq.config.SessionLimits;
import io.maxmq.core.access.Access;
import io.maxmq.core.access.AccessSettings;
import io.maxmq.core.access.CallerLoop;
import io.maxmq.core.access.PluginCalls;
import io.maxmq.core.intercept.Interceptors;
import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.limit.MemoryCredit;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.loop.LoopMemory;
import io.maxmq.core.loop.LoopThread;
import io.maxmq.core.observe.Events;
import io.maxmq.core.observe.Loggers;
import io.maxmq.core.observe.WorkerPool;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.MessageIds;
import io.maxmq.core.routing.RetainedTree;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Router;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SubscriptionTree;
import io.maxmq.core.routing.Topic;
import io.maxmq.core.routing.TopicTable;
import io.maxmq.core.session.DelayedCount;
import io.maxmq.core.session.DroppedMessages;
import io.maxmq.core.session.GroupQueues;
import io.maxmq.core.session.LoopSessions;
import io.maxmq.core.session.PacketSink;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SessionEvents;
import io.maxmq.core.session.SessionKey;
import io.maxmq.core.session.SessionQuotas;
import io.maxmq.core.session.SessionSetup;
import io.maxmq.core.session.SessionStorage;
import io.maxmq.core.session.SubscriptionChanges;
import io.maxmq.core.time.ExpiryClock;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Clock;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.ClientLimits;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.DeliveryInterceptor;
import io.maxmq.spi.intercept.Interceptor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The session layer between two clients, without sockets: a PUBLISH goes in at one session and out at the other, and is
 * acknowledged both ways. With an interceptor of deliveries and without one, to measure the cost of an unused hook.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class SessionBenchmark {
    private static final SocketAddress ADDRESS = new InetSocketAddress(1883);

    /** The interceptor of deliveries. */
    @Param({"nobody", "passing"})
    String interceptor = "nobody";

    private final MessageIds ids =
            new MessageIds(new MessageIds.Origin(0, 0, 0, new AtomicLong()), System::currentTimeMillis);
    private final RoutedMessage message = new RoutedMessage(ids);
    private final ByteBuffer payload = ByteBuffer.allocateDirect(64);
    private final Sink publisherSink = new Sink();
    private final Sink subscriberSink = new Sink();
    private @Nullable WorkerPool workers;
    private @Nullable Topic topic;
    private @Nullable Session publisher;
    private @Nullable Session subscriber;
    private int packetId;

    @Setup
    public void connect() {
        BrokerConfig config = BrokerConfig.defaults();
        Loggers loggers = new Loggers("benchmark");
        WorkerPool pool = new WorkerPool("worker", 1, 16, config.closeTimeout(), loggers);
        workers = pool;
        Events events = new Events(pool, Clock.system(), loggers);
        PluginCalls calls = new PluginCalls(pool, events.failures());
        Access access = new Access(
                new AccessSettings(List.of(), List.of(), List.of(), true, config.pluginDeadline()),
                calls,
                Clock.system(),
                events);
        List<Interceptor> interceptors = interceptor.equals("nobody")
                ? List.of()
                : List.of((DeliveryInterceptor) (client, delivered) -> Decision.proceed());
        Loop loop = new Loop(
                0,
                new Caller(),
                new ExpiryClock(Clock.system()),
                new LoopMemory(
                        new MemoryCredit(new MemoryBudget(1 << 28, 0)),
                        new MemoryCredit(new MemoryBudget(1 << 24, 0)),
                        1 << 20),
                failure -> {
                    throw new IllegalStateException(failure);
                });
        Router router = new Router(loop, ids, false);
        Router.connect(List.of(router), 1 << 20);
        List<LoopSessions> loops = new ArrayList<>();
        Routes routes = new Routes(
                Tenant.DEFAULT,
                new TopicTable(1, 1024, 128),
                new TopicTable(1, 1024, 128),
                new SubscriptionTree(1, SubscriptionTree.Options.DEFAULTS),
                new SubscriptionTree(1, SubscriptionTree.Options.DEFAULTS),
                new RetainedTree(RetainedTree.Limits.NONE),
                new GroupQueues(loops));
        LoopSessions sessions = new LoopSessions(
                loop,
                new NoTimers(),
                router,
                ids,
                new LoopSessions.Settings(
                        SessionLimits.defaults(),
                        true,
                        1000,
                        access,
                        new Interceptors(interceptors, calls, config.pluginDeadline()),
                        new SessionQuotas(config.sessions(), config.tenancy()),
                        new DelayedCount(config.delayed()),
                        tenant -> routes),
                SessionStorage.NONE,
                new SessionEvents(loop, events),
                new DroppedMessages(loop, events));
        loops.add(sessions);
        publisher = session(sessions, access, routes, "publisher", publisherSink);
        subscriber = session(sessions, access, routes, "subscriber", subscriberSink);
        subscriber
                .subscribing()
                .subscribe(
                        TopicFilter.of("devices/+/state"), new SubscriptionChanges.Options(2, false, false, true, 0));
        topic = routes.topics().intern(0, "devices/d1/state");
    }

    private static Session session(LoopSessions sessions, Access access, Routes routes, String clientId, Sink sink) {
        ClientInfo client = ClientInfo.builder(clientId, ProtocolVersion.MQTT_5, ADDRESS, "benchmark")
                .build();
        SessionSetup setup = new SessionSetup(
                client, access.openUnrestricted(client, new NoTimers()), 0, 100, null, ClientLimits.none(), false);
        LoopSessions.Connected connected =
                sessions.connect(new SessionKey(Tenant.DEFAULT, clientId), routes, setup, sink);
        return ((LoopSessions.Connected.Attached) connected).session();
    }

    @TearDown
    public void close() {
        if (workers != null) {
            workers.close();
        }
    }

    @Benchmark
    public int qos0() {
        publish(0);
        return subscriberSink.lastPacketId;
    }

    /** PUBLISH, PUBACK on both sides. */
    @Benchmark
    public int qos1() {
        publish(1);
        acknowledge(PacketType.PUBACK);
        return subscriberSink.lastPacketId;
    }

    /** PUBLISH, PUBREC, PUBREL, PUBCOMP on both sides. */
    @Benchmark
    public int qos2() {
        publish(2);
        Session from = publisher;
        if (from != null) {
            from.onAck(PacketType.PUBREL, packetId, ReasonCode.SUCCESS);
        }
        acknowledge(PacketType.PUBREC);
        acknowledge(PacketType.PUBCOMP);
        return subscriberSink.lastPacketId;
    }

    private void publish(int qos) {
        Session from = publisher;
        Topic to = topic;
        if (from == null || to == null) {
            throw new IllegalStateException("not connected");
        }
        packetId = packetId == 65_535 ? 1 : packetId + 1;
        message.begin(to, qos, false, from);
        message.payload(payload, 0, payload.capacity());
        from.onPublish(message, qos, packetId);
    }

    private void acknowledge(PacketType type) {
        Session to = subscriber;
        if (to != null) {
            to.onAck(type, subscriberSink.lastPacketId, ReasonCode.SUCCESS);
        }
    }

    /** A client that takes everything. */
    private static final class Sink implements PacketSink {
        private int lastPacketId;

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public boolean fits(RoutedMessage message, int flags, FilterSubscription subscription) {
            return true;
        }

        @Override
        public void sendPublish(
                RoutedMessage message, int flags, int packetId, boolean dup, FilterSubscription subscription) {
            lastPacketId = packetId;
        }

        @Override
        public void sendAck(PacketType type, int packetId, ReasonCode reason) {}

        @Override
        public SocketAddress remoteAddress() {
            return ADDRESS;
        }

        @Override
        public void disconnect(Initiator by, ReasonCode reason, String detail) {
            throw new IllegalStateException(detail);
        }
    }

    /** The benchmark's own thread is the loop. */
    private static final class Caller implements LoopThread {
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

        @Override
        public boolean inLoop() {
            return true;
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public long turn() {
            return 0;
        }

        @Override
        public void schedule(Runnable task, long delayNanos) {
            tasks.add(task);
        }
    }

    private static final class NoTimers implements CallerLoop {
        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public Registration after(long delayNanos, Runnable task) {
            return Registration.NONE;
        }
    }
}
