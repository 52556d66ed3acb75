package io.maxmq.core.monitor;

import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.engine.TenantRoutes;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.observe.LoopCounters;
import io.maxmq.core.observe.ReleaseVersion;
import io.maxmq.core.routing.Routes;
import io.maxmq.spi.DropReason;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.IntSupplier;
import java.util.function.ToLongFunction;

/**
 * The broker's figures for {@code $SYS}, with Mosquitto's names for the same meanings: figures of all tenants together.
 * Reads the loops' counters and needs no counter of its own. One thread at a time.
 */
final class SysFigures {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** First levels of the broker's own figures. */
    private static final Set<String> OWN = Set.of(
            "version",
            "uptime",
            "clients",
            "messages",
            "publish",
            "bytes",
            "load",
            "subscriptions",
            "retained messages",
            "store",
            "heap");

    private final List<LoopAssembly> loops;
    private final TenantRoutes routes;
    private final IntSupplier inProcessSessions;
    private final String version;
    private final long startNanos;
    private final Map<String, LoadAverage> loads = new LinkedHashMap<>();
    private long lastNanos;
    private long maxClients;
    private long maxHeap;

    /** @param inProcessSessions how many sessions are the application's own */
    SysFigures(List<LoopAssembly> loops, TenantRoutes routes, IntSupplier inProcessSessions, long startNanos) {
        this.loops = loops;
        this.routes = routes;
        this.inProcessSessions = inProcessSessions;
        this.startNanos = startNanos;
        this.lastNanos = startNanos;
        this.version = versionOf(SysFigures.class);
    }

    private static String versionOf(Class<?> ours) {
        return ReleaseVersion.of(ours)
                .map(version -> "maxmq version " + version)
                .orElse("maxmq");
    }

    /** Returns whether figures of the broker itself begin with this level. */
    static boolean isOwn(String level) {
        return OWN.contains(level);
    }

    /** Gives all of them, by the part of their topic behind {@code $SYS/broker/}. */
    void read(long nowNanos, BiConsumer<String, String> to) {
        to.accept("version", version);
        to.accept("uptime", (nowNanos - startNanos) / NANOS_PER_SECOND + " seconds");
        clients(to);
        totals(nowNanos, to);
        stored(to);
        heap(to);
    }

    private void clients(BiConsumer<String, String> to) {
        long connected = sum(Counter.CLIENTS);
        long total = Math.max(connected, sum(Counter.SESSIONS) - inProcessSessions.getAsInt());
        maxClients = Math.max(maxClients, connected);
        put(to, "clients/connected", connected);
        put(to, "clients/disconnected", total - connected);
        put(to, "clients/total", total);
        put(to, "clients/maximum", maxClients);
    }

    /** Adds the counters and their rates. */
    private void totals(long nowNanos, BiConsumer<String, String> to) {
        long received = sum(Counter.RECEIVED_QOS_0) + sum(Counter.RECEIVED_QOS_1) + sum(Counter.RECEIVED_QOS_2);
        long sent = sum(Counter.SENT_QOS_0) + sum(Counter.SENT_QOS_1) + sum(Counter.SENT_QOS_2) + sum(Counter.RESENT);
        long elapsedNanos = Math.max(1, nowNanos - lastNanos);
        lastNanos = nowNanos;
        put(to, "messages/received", "messages/received", packets(LoopCounters::packetsReceived), elapsedNanos);
        put(to, "messages/sent", "messages/sent", packets(LoopCounters::packetsSent), elapsedNanos);
        put(to, "publish/messages/received", "publish/received", received, elapsedNanos);
        put(to, "publish/messages/sent", "publish/sent", sent, elapsedNanos);
        put(to, "publish/messages/dropped", "publish/dropped", dropped(), elapsedNanos);
        put(to, "bytes/received", "bytes/received", sum(Counter.BYTES_RECEIVED), elapsedNanos);
        put(to, "bytes/sent", "bytes/sent", sum(Counter.BYTES_SENT), elapsedNanos);
        load(to, "sockets", sum(Counter.CONNECTIONS_ACCEPTED), elapsedNanos);
        load(to, "connections", sum(Counter.CONNECTS_ACCEPTED) + sum(Counter.CONNECTS_REFUSED), elapsedNanos);
    }

    private void stored(BiConsumer<String, String> to) {
        long retained = sum(each -> each.retained().count());
        put(to, "subscriptions/count", sum(each -> each.tree().subscriptionCount()));
        put(to, "retained messages/count", retained);
        put(to, "store/messages/count", retained + sum(Counter.KEPT));
        put(to, "store/messages/bytes", sum(each -> each.retained().bytes()) + sum(Counter.KEPT_BYTES));
    }

    private void heap(BiConsumer<String, String> to) {
        long used = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        maxHeap = Math.max(maxHeap, used);
        put(to, "heap/current", used);
        put(to, "heap/maximum", maxHeap);
    }

    private void put(BiConsumer<String, String> to, String name, String loadName, long total, long elapsedNanos) {
        put(to, name, total);
        load(to, loadName, total, elapsedNanos);
    }

    private void load(BiConsumer<String, String> to, String name, long total, long elapsedNanos) {
        LoadAverage load = loads.computeIfAbsent(name, first -> new LoadAverage());
        load.update(total, elapsedNanos);
        for (int i = 0; i < LoadAverage.count(); i++) {
            to.accept(
                    "load/" + name + "/" + LoadAverage.minutes(i) + "min",
                    BigDecimal.valueOf(load.perMinute(i))
                            .setScale(2, RoundingMode.HALF_UP)
                            .toPlainString());
        }
    }

    private static void put(BiConsumer<String, String> to, String name, long value) {
        to.accept(name, Long.toString(value));
    }

    private long dropped() {
        long sum = 0;
        for (LoopAssembly each : loops) {
            for (DropReason reason : DropReason.values()) {
                sum += each.loop().counters().droppedMessages(reason);
            }
        }
        return sum;
    }

    private long packets(ToLongFunction<LoopCounters> ofLoop) {
        return loops.stream()
                .mapToLong(each -> ofLoop.applyAsLong(each.loop().counters()))
                .sum();
    }

    private long sum(Counter counter) {
        long sum = 0;
        for (LoopAssembly each : loops) {
            sum += each.loop().counters().value(counter);
        }
        return sum;
    }

    private long sum(ToLongFunction<Routes> value) {
        return routes.all().stream().mapToLong(value).sum();
    }
}
