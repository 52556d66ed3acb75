package io.maxmq.junit;

import io.maxmq.MaxMQ;
import io.maxmq.spi.Preview;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Connects clients to the broker of a test, and closes them when the test ends. Thread-safe.
 *
 * @since 0.1.0
 */
@Preview
public final class TestClients implements AutoCloseable {
    private final int port;
    private final AtomicInteger ids;
    private final List<TestClient> clients = new CopyOnWriteArrayList<>();

    /** @param ids of the broker, counts the client ids that were made up */
    TestClients(int port, AtomicInteger ids) {
        this.port = port;
        this.ids = ids;
    }

    /**
     * Connects clients to a broker that the test, or its application, has started. The test closes them.
     *
     * @throws java.util.NoSuchElementException when the broker has no plain TCP listener
     */
    public static TestClients of(MaxMQ broker) {
        return new TestClients(broker.listeners().tcp().port(), new AtomicInteger());
    }

    /** Connects with MQTT 5.0, a clean start and a client id that no other client has. */
    public TestClient connect() {
        return connect(ClientOptions.of(unusedClientId()));
    }

    /** Connects with MQTT 5.0 and a clean start. */
    public TestClient connect(String clientId) {
        return connect(ClientOptions.of(clientId));
    }

    /**
     * Connects.
     *
     * @throws AssertionError when the broker refuses; says why
     */
    public TestClient connect(ClientOptions options) {
        try {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            TestClient client = new TestClient(options, socket);
            clients.add(client);
            return client;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot connect " + options.clientId() + " to port " + port, e);
        }
    }

    /**
     * Connects as the annotation of a parameter says.
     *
     * @throws AssertionError when the broker refuses; says why
     */
    public TestClient connect(MaxMQClient annotation) {
        String clientId = annotation.value().isEmpty() ? unusedClientId() : annotation.value();
        return connect(ClientOptions.of(clientId)
                .version(annotation.version())
                .cleanStart(annotation.cleanStart())
                .sessionExpiry(Duration.ofSeconds(annotation.sessionExpirySeconds()))
                .keepAlive(Duration.ofSeconds(annotation.keepAliveSeconds())));
    }

    private String unusedClientId() {
        return "client-" + ids.incrementAndGet();
    }

    /** Closes all, without DISCONNECT. */
    @Override
    public void close() {
        clients.forEach(TestClient::close);
    }
}
