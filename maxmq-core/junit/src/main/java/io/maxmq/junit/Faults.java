package io.maxmq.junit;

import io.maxmq.MaxMQ;
import io.maxmq.spi.Preview;

/**
 * Disturbs clients, on the wire: they are connected through a proxy between {@link MaxMQPort} and the broker, which knows where
 * packets begin and end. So any client library can be put to the test, and the broker runs as it always does. A parameter of
 * tests whose broker has {@link MaxMQTest#faults}. All faults end with the test. Thread-safe.
 *
 * <p>The broker sees the proxy's address as that of the client, and a connection is accepted also while the broker restarts, to
 * be closed at once.
 *
 * @since 0.1.0
 */
@Preview
public final class Faults {
    private final BrokerFixture fixture;
    private final FaultProxy proxy;

    Faults(BrokerFixture fixture, FaultProxy proxy) {
        this.fixture = fixture;
        this.proxy = proxy;
    }

    /**
     * Resets the connection of a client towards both sides, without DISCONNECT. Returns when the broker has noticed.
     *
     *
     * @throws AssertionError when no client of this id is connected through the proxy; the message lists the connected
     *     ones
     */
    public void drop(String clientId) {
        proxy.drop(clientId).forEach(fixture::awaitGone);
    }

    /**
     * Lets nothing of the broker through to a client, as if the client had stopped reading; what it sends itself passes.
     * What the operating system's buffers take, up to some MiB, the broker still sends; then its output waits. Holds for later
     * connections of the client id too.
     */
    public Stall stall(String clientId) {
        return proxy.rules().stall(clientId);
    }

    /** The acknowledgements that a client sends. */
    public Acknowledgements from(String clientId) {
        return new Acknowledgements(proxy.rules(), clientId, AckFault.Sender.CLIENT);
    }

    /** The acknowledgements that the broker sends to a client. */
    public Acknowledgements to(String clientId) {
        return new Acknowledgements(proxy.rules(), clientId, AckFault.Sender.BROKER);
    }

    /**
     * Closes the broker and starts another with the same settings behind the same port. MQTT 5.0 clients are told 0x8B (Server
     * shutting down). The customizers of {@link MaxMQExtension.Builder#customize} run again. {@link RoutedMessages} goes on.
     *
     * <p>The new broker knows what the storage of those settings has kept, and no more. With {@link MaxMQTest#storage} that is
     * sessions with their subscriptions, queues and what is in flight, and retained messages; without it, nothing.
     *
     * @return the new broker; what was injected before is closed
     */
    public MaxMQ restartBroker() {
        return fixture.restart();
    }

    /** Ends all faults now: what has waited goes on. */
    public void clear() {
        proxy.rules().clear();
    }
}
