package io.maxmq.core.monitor;

import io.maxmq.core.observe.TenantCounters.Kind;
import io.maxmq.core.routing.Routes;
import java.util.function.BiConsumer;

/** The figures of one tenant for that tenant, with the names of {@link SysFigures}. Stateless. */
final class TenantSysFigures {
    private TenantSysFigures() {}

    /** Gives all of them, by the part of their topic behind {@code $SYS/broker/}. */
    static void read(Routes of, BiConsumer<String, String> to) {
        long connected = of.counted(Kind.CLIENTS);
        long total = Math.max(connected, of.counted(Kind.SESSIONS));
        put(to, "clients/connected", connected);
        put(to, "clients/disconnected", total - connected);
        put(to, "clients/total", total);
        put(to, "publish/messages/received", of.counted(Kind.RECEIVED));
        put(to, "publish/messages/sent", of.counted(Kind.SENT));
        put(to, "subscriptions/count", of.tree().subscriptionCount());
        put(to, "retained messages/count", of.retained().count());
    }

    private static void put(BiConsumer<String, String> to, String name, long value) {
        to.accept(name, Long.toString(value));
    }
}
