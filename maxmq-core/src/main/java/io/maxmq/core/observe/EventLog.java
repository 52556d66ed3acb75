package io.maxmq.core.observe;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerListener;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Logs refusals, failures and changes of state, one line each and a bounded number of lines per subject
 * ({@link LineLimiter}). Ignores events about single messages; {@link DropLog} logs their counts. Thread-safe.
 */
public final class EventLog implements BrokerListener {
    private static final int MAX_TEXT = 128;

    private static final Set<Class<? extends BrokerEvent>> WANTED = Set.of(
            BrokerEvent.ConnectRefused.class,
            BrokerEvent.ProtocolError.class,
            BrokerEvent.TlsHandshakeFailed.class,
            BrokerEvent.WebSocketRefused.class,
            BrokerEvent.SlowConsumer.class,
            BrokerEvent.Throttled.class,
            BrokerEvent.MemoryPressureChanged.class,
            BrokerEvent.BanAdded.class,
            BrokerEvent.ListenerClosed.class,
            BrokerEvent.ListenerPaused.class,
            BrokerEvent.ListenerResumed.class);

    private final Logger log;
    private final LongSupplier nanoTime;
    private final LineLimiter limiter = new LineLimiter();

    /** Logs to the logger {@code connection} of the broker. */
    public EventLog(Loggers loggers, LongSupplier nanoTime) {
        this.log = loggers.of("connection");
        this.nanoTime = nanoTime;
    }

    @Override
    public String name() {
        return "log";
    }

    @Override
    public boolean wants(Class<? extends BrokerEvent> kind) {
        return WANTED.contains(kind);
    }

    @Override
    public void onEvent(BrokerEvent event) {
        if (event instanceof BrokerEvent.ConnectRefused refused) {
            refused(refused);
        } else if (event instanceof BrokerEvent.ProtocolError error) {
            protocolError(error);
        } else if (event instanceof BrokerEvent.TlsHandshakeFailed failed) {
            if (admits("TLS handshakes")) {
                log.info(
                        "TLS handshake of {} on listener {} failed: {}",
                        failed.remoteAddress(),
                        failed.listener(),
                        shown(failed.detail()));
            }
        } else if (event instanceof BrokerEvent.WebSocketRefused refused) {
            if (admits("WebSocket requests")) {
                log.info(
                        "WebSocket request of {} on listener {} was refused: {}",
                        refused.remoteAddress(),
                        refused.listener(),
                        shown(refused.detail()));
            }
        } else if (event instanceof BrokerEvent.SlowConsumer slow) {
            slow(slow);
        } else if (event instanceof BrokerEvent.Throttled throttled) {
            throttled(throttled);
        } else {
            changed(event);
        }
    }

    private void refused(BrokerEvent.ConnectRefused refused) {
        // Without CONNECT: port scanners and probes of load balancers, logged only at DEBUG.
        if (refused.client().isPresent() && admits("refused clients, " + refused.reasonCode())) {
            log.info(
                    "{} was refused: {}{}",
                    client(refused.client(), refused.remoteAddress(), refused.listener()),
                    refused.reasonCode(),
                    detail(refused.detail()));
        }
    }

    private void protocolError(BrokerEvent.ProtocolError error) {
        if (admits("protocol errors")) {
            log.info(
                    "{} violated the protocol: {}{}",
                    client(error.client(), error.remoteAddress(), error.listener()),
                    error.reasonCode(),
                    detail(error.detail()));
        }
    }

    private void slow(BrokerEvent.SlowConsumer slow) {
        if (slow.disconnected() && admits("slow consumers")) {
            log.warn(
                    "{} was disconnected: it took no byte of {} for {} s",
                    client(
                            Optional.of(slow.client()),
                            slow.client().remoteAddress(),
                            slow.client().listener()),
                    slow.pendingBytes(),
                    slow.withoutProgress().toSeconds());
        }
    }

    private void throttled(BrokerEvent.Throttled throttled) {
        if (admits("limits")) {
            log.info(
                    "{} exceeded limit {} of {}: {}, {} times",
                    client(throttled.client(), throttled.remoteAddress(), throttled.listener()),
                    shown(throttled.limit()),
                    throttled.what(),
                    throttled.decision().getClass().getSimpleName(),
                    throttled.count());
        }
    }

    private void changed(BrokerEvent event) {
        if (event instanceof BrokerEvent.MemoryPressureChanged memory) {
            if (memory.isShort()) {
                log.warn(
                        "memory ran short: {} of {} bytes are in use, new connections are refused",
                        memory.usedBytes(),
                        memory.capacityBytes());
            } else {
                log.info(
                        "memory suffices again: {} of {} bytes are in use", memory.usedBytes(), memory.capacityBytes());
            }
        } else if (event instanceof BrokerEvent.BanAdded added) {
            if (admits("bans")) {
                log.info(
                        "{} {} was banned: {}",
                        added.ban().kind(),
                        shown(added.ban().value()),
                        added.ban().reason().isEmpty()
                                ? "no reason given"
                                : added.ban().reason());
            }
        } else if (event instanceof BrokerEvent.ListenerClosed closed) {
            log.info("listener {} was closed", closed.listener());
        } else if (event instanceof BrokerEvent.ListenerPaused paused) {
            log.info("listener {} was paused", paused.listener());
        } else if (event instanceof BrokerEvent.ListenerResumed resumed) {
            log.info("listener {} was resumed", resumed.listener());
        }
    }

    private boolean admits(String subject) {
        return limiter.admits(subject, nanoTime.getAsLong());
    }

    /** Logs the number of suppressed lines. Called periodically. */
    public void endWindows() {
        limiter.endWindows(
                nanoTime.getAsLong(),
                (subject, leftOut) -> log.info("{} more lines about {} were suppressed", leftOut, subject));
    }

    private static String client(Optional<ClientInfo> client, SocketAddress address, String listener) {
        String from = "address=" + address + " listener=" + listener;
        return client.map(each -> "client " + shown(each.clientId()) + user(each) + " " + from)
                .orElse("connection " + from);
    }

    /** The user name of CONNECT, unless an authenticator has replaced it. */
    private static String user(ClientInfo client) {
        return client.username()
                .or(client::claimedUsername)
                .map(user -> " user=" + shown(user))
                .orElse("");
    }

    private static String detail(String detail) {
        return detail.isEmpty() ? "" : ", " + shown(detail);
    }

    private static String shown(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "...";
    }
}
