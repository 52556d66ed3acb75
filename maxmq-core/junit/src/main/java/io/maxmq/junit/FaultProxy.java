package io.maxmq.junit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between clients and the broker on the loopback address. Has a thread that accepts, and two, with late acknowledgements
 * up to four, per connection; all end with {@link #close}. Thread-safe.
 */
final class FaultProxy {
    /** Of the sockets to the broker: small, so that a client that stalls is soon felt there. */
    private static final int RECEIVE_BUFFER_BYTES = 64 * 1024;

    private static final int BACKLOG = 256;

    /** In place of a port: there is no broker at present. */
    private static final int DOWN = 0;

    private final String name;
    private final FaultRules rules = new FaultRules();
    private final ServerSocket server;
    private final Thread acceptor;
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final AtomicInteger threadNumbers = new AtomicInteger();
    private volatile int brokerPort = DOWN;
    private volatile boolean closed;

    /**
     * @param name of the broker, for thread names
     * @param port 0 for a free one
     */
    FaultProxy(String name, int port) {
        this.name = name;
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try {
            server = new ServerSocket();
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(loopback, port), BACKLOG);
        } catch (IOException e) {
            throw new UncheckedIOException("the fault proxy cannot listen on " + loopback + ":" + port, e);
        }
        acceptor = thread(this::acceptAll);
    }

    void start() {
        acceptor.start();
    }

    int port() {
        return server.getLocalPort();
    }

    FaultRules rules() {
        return rules;
    }

    void brokerIsAt(int port) {
        brokerPort = port;
    }

    void brokerIsDown() {
        brokerPort = DOWN;
    }

    /**
     * Resets the connections of a client, one but for a takeover.
     *
     * @return their addresses as the broker knows them
     */
    List<Dropped> drop(String clientId) {
        List<Dropped> dropped = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (ProxiedConnection each : connections) {
            if (each.isReset()) {
                continue;
            }
            if (clientId.equals(each.clientId())) {
                dropped.add(new Dropped(clientId, each.addressAtBroker()));
                each.reset();
            } else {
                others.add(String.valueOf(each.clientId()));
            }
        }
        if (dropped.isEmpty()) {
            throw new AssertionError(
                    "no connection of this client to drop: clientId=" + clientId + ", connected=" + others);
        }
        return dropped;
    }

    /** A connection that was reset, as the broker knows it. */
    record Dropped(String clientId, InetSocketAddress address) {}

    /** A thread of this proxy, not yet started; {@link #close} waits for its end. */
    Thread thread(Runnable work) {
        Thread thread = new Thread(work, "maxmq-" + name + "-proxy-" + threadNumbers.getAndIncrement());
        thread.setDaemon(true);
        threads.removeIf(each -> each.getState() == Thread.State.TERMINATED);
        threads.add(thread);
        return thread;
    }

    void ended(ProxiedConnection connection) {
        connections.remove(connection);
    }

    private void acceptAll() {
        while (!closed) {
            try {
                accept(server.accept());
            } catch (IOException e) {
                // This client's socket broke, or the proxy is closed.
            }
        }
    }

    @SuppressWarnings("AddressSelection") // the broker listens on loopback
    private void accept(Socket client) throws IOException {
        int port = brokerPort;
        Socket broker = new Socket();
        try {
            if (port == DOWN) {
                throw new IOException("the broker is being restarted");
            }
            client.setTcpNoDelay(true);
            broker.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
            broker.setTcpNoDelay(true);
            broker.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            client.close();
            broker.close();
            throw e;
        }
        ProxiedConnection connection = new ProxiedConnection(this, client, broker);
        connections.add(connection);
        connection.start();
        if (closed) {
            connection.reset();
        }
    }

    /** Gives back the port, and every connection and thread. */
    void close() {
        closed = true;
        try {
            server.close();
        } catch (IOException e) {
            // It is gone in any case.
        }
        join(acceptor);
        connections.forEach(ProxiedConnection::reset);
        threads.forEach(FaultProxy::join);
    }

    private static void join(Thread thread) {
        try {
            thread.join(TestClient.DEFAULT_TIMEOUT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
