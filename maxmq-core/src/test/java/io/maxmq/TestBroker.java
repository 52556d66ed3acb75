package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.spi.Message;
import io.maxmq.spi.PublishOptions;
import io.maxmq.spi.PublishResult;
import io.maxmq.spi.event.BrokerEvent.ClientDisconnected;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A broker for one test: one loop, a clock that stands still, recorded events, clients without sockets. Closing it closes
 * its clients, and fails when a task has failed on its loops.
 */
public final class TestBroker implements AutoCloseable {
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final ManualClock clock = new ManualClock();
    private final RecordedEvents events = new RecordedEvents();
    private final List<TestClient> clients = new ArrayList<>();
    private final MaxMQ broker;

    private TestBroker(UnaryOperator<MaxMQBuilder> settings) {
        broker = settings.apply(MaxMQ.builder()
                        .name("test-" + NAMES.incrementAndGet())
                        .loops(1)
                        .clock(clock)
                        .eventListener(events))
                .start();
    }

    /** Lets everybody in. */
    public static TestBroker start() {
        return start(builder -> builder);
    }

    /** Lets everybody in, with other settings. */
    public static TestBroker start(UnaryOperator<MaxMQBuilder> settings) {
        return new TestBroker(builder -> settings.apply(builder.allowAnonymous()));
    }

    /** Lets in whom the settings say. */
    public static TestBroker closed(UnaryOperator<MaxMQBuilder> settings) {
        return new TestBroker(settings);
    }

    public MaxMQ broker() {
        return broker;
    }

    public ManualClock clock() {
        return clock;
    }

    public RecordedEvents events() {
        return events;
    }

    /** A client whose stream is open, and that has sent nothing. */
    public TestClient client(ProtocolVersion version) {
        try {
            return opened(version, broker.socketFactory().createSocket("in-memory", 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same over TCP, with a broker that listens. */
    public TestClient tcpClient(ProtocolVersion version) {
        try {
            Listeners.Bound tcp = broker.listeners().tcp();
            return opened(version, new Socket(tcp.host(), tcp.port()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TestClient opened(ProtocolVersion version, Socket socket) {
        TestClient client = new TestClient(version, socket);
        clients.add(client);
        return client;
    }

    /** A client that has connected with a clean start. */
    public TestClient connected(ProtocolVersion version, String clientId) {
        TestClient client = client(version);
        client.connect(clientId, true);
        return client;
    }

    public TestClient connected(Connect connect) {
        TestClient client = client(connect.version());
        client.connect(connect);
        return client;
    }

    /**
     * A client of MQTT 5.0 whose session stays for longer than any test takes.
     *
     * @param receiveMaximum how many messages it takes at a time (§3.1.2.11.3)
     */
    public TestClient lasting(String clientId, boolean cleanStart, int receiveMaximum) {
        Properties properties = Properties.builder()
                .set(PropertyId.SESSION_EXPIRY_INTERVAL, 100_000L)
                .set(PropertyId.RECEIVE_MAXIMUM, receiveMaximum)
                .build();
        return connected(
                new Connect(ProtocolVersion.MQTT_5, false, cleanStart, 0, properties, clientId, null, null, null));
    }

    /** Publishes in-process and waits until every recipient has it sent, queued or dropped; tells why. */
    public PublishResult publish(Message message) {
        try {
            return broker.publish(message, PublishOptions.defaults().detailed())
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("not published: " + message.topic(), e);
        }
    }

    /** Waits until the broker has noticed that this client's connection is gone. */
    public void awaitDisconnected(String clientId) {
        events.await(
                ClientDisconnected.class, event -> event.client().clientId().equals(clientId));
    }

    /** Closes it although it has logged errors: those. */
    public List<String> closeWithErrors() {
        clients.forEach(TestClient::close);
        broker.close();
        return RecordedLogs.errorsOf(broker.name());
    }

    @Override
    public void close() {
        clients.forEach(TestClient::close);
        broker.close();
        assertThat(RecordedLogs.errorsOf(broker.name())).as("errors logged").isEmpty();
    }
}
