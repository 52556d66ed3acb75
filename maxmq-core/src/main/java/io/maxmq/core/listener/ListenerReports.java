package io.maxmq.core.listener;

import io.maxmq.core.observe.Events;
import io.maxmq.core.observe.Metrics;
import io.maxmq.spi.Clock;
import io.maxmq.spi.Registration;
import io.maxmq.spi.event.BrokerEvent;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/** Reports the listeners of a broker: events, a metric and the log. Thread-safe. */
public final class ListenerReports {
    private final Events events;
    private final Metrics metrics;
    private final Clock clock;
    private final Logger log;

    /** Creates an instance without reports so far. */
    public ListenerReports(Events events, Metrics metrics, Clock clock, Logger log) {
        this.events = events;
        this.metrics = metrics;
        this.clock = clock;
        this.log = log;
    }

    Logger log() {
        return log;
    }

    Instant now() {
        return Instant.ofEpochMilli(clock.epochMillis());
    }

    /** Registers a gauge with the application's metrics sink, on the caller's thread. */
    Registration gauge(String listener, LongSupplier connections) {
        return metrics.gauge(
                "maxmq.listener.connections",
                "Open connections of a listener",
                Map.of("listener", listener),
                connections);
    }

    void opened(String listener, SocketAddress address) {
        emit(BrokerEvent.ListenerOpened.class, now -> new BrokerEvent.ListenerOpened(now, listener, address));
    }

    void failed(String listener, String why) {
        emit(BrokerEvent.ListenerFailed.class, now -> new BrokerEvent.ListenerFailed(now, listener, why));
    }

    void closed(String listener) {
        emit(BrokerEvent.ListenerClosed.class, now -> new BrokerEvent.ListenerClosed(now, listener));
    }

    void paused(String listener) {
        emit(BrokerEvent.ListenerPaused.class, now -> new BrokerEvent.ListenerPaused(now, listener));
    }

    void resumed(String listener) {
        emit(BrokerEvent.ListenerResumed.class, now -> new BrokerEvent.ListenerResumed(now, listener));
    }

    void tlsReloaded(String listener) {
        log.info("listener {} reloaded its key and certificates", listener);
        emit(BrokerEvent.TlsReloaded.class, now -> new BrokerEvent.TlsReloaded(now, listener));
    }

    void tlsReloadFailed(String listener, String detail) {
        log.warn(
                "listener {} failed to reload its key and certificates and keeps the present ones: {}",
                listener,
                detail);
        emit(BrokerEvent.TlsReloadFailed.class, now -> new BrokerEvent.TlsReloadFailed(now, listener, detail));
    }

    private void emit(Class<? extends BrokerEvent> kind, LongFunction<BrokerEvent> event) {
        if (events.wants(kind)) {
            events.emit(event.apply(clock.epochMillis()));
        }
    }
}
