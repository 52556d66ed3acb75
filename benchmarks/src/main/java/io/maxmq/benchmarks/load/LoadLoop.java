package io.maxmq.benchmarks.load;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One selector and one read buffer for all connections of a load. Runs on the thread that calls {@link #poll}.
 * Not thread-safe.
 */
final class LoadLoop implements AutoCloseable {
    private static final int READ_BYTES = 512 * 1024;
    /** Connections (or subscriptions) under way at once. */
    private static final int PENDING = 64;

    private static final long SETUP_NANOS = 30_000_000_000L;

    final TargetAddress endpoint;

    private final Selector selector;
    private final ByteBuffer in = ByteBuffer.allocateDirect(READ_BYTES);
    private final Consumer<SelectionKey> dispatch = this::dispatch;
    private final List<ClientConnection> connections = new ArrayList<>();
    private long nowNanos = System.nanoTime();
    private long closedByBroker;
    private String firstTrouble = "";

    LoadLoop(TargetAddress endpoint) throws IOException {
        this.endpoint = endpoint;
        selector = Selector.open();
    }

    /** The time of the last read or wake-up. */
    long nowNanos() {
        return nowNanos;
    }

    /** Connections that ended without being asked to. */
    long closedByBroker() {
        return closedByBroker;
    }

    /** Returns the cause of the first unexpected end of a connection; empty without one. */
    String firstTrouble() {
        return firstTrouble;
    }

    /** Waits up to {@code millis} for sockets and serves those that are ready. 0 does not wait. */
    void poll(long millis) throws IOException {
        if (millis > 0) {
            selector.select(dispatch, millis);
        } else {
            selector.selectNow(dispatch);
        }
        tick();
    }

    /** Takes the time. */
    void tick() {
        nowNanos = System.nanoTime();
    }

    private void dispatch(SelectionKey key) {
        ClientConnection connection = (ClientConnection) key.attachment();
        try {
            if (key.isConnectable()) {
                connection.finishConnect(key);
            }
            if (key.isValid() && key.isReadable()) {
                connection.read(in);
            }
            if (key.isValid() && key.isWritable()) {
                connection.flush();
            }
        } catch (IOException | ProtocolException e) {
            connection.fail(String.valueOf(e.getMessage()));
        }
    }

    /** Begins to connect; {@link ClientConnection#onReady} follows when the broker has accepted. */
    void open(ClientConnection connection) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT, connection);
        connection.opening(channel, key);
        connections.add(connection);
        if (channel.connect(endpoint.address())) {
            connection.finishConnect(key);
        }
    }

    /** Forgets a connection that is closed, so that its place can be taken by another. */
    void forget(ClientConnection connection) {
        connections.remove(connection);
    }

    void noteTrouble(String reason) {
        closedByBroker++;
        if (firstTrouble.isEmpty()) {
            firstTrouble = reason;
        }
    }

    /** Opens all, a few at a time, and returns when each has been accepted. */
    void openAll(List<? extends ClientConnection> all) throws IOException {
        stepwise(all, this::open, ClientConnection::isReady, "connect");
    }

    /** Subscribes each connection and returns when all are acknowledged. */
    void subscribeAll(List<? extends ClientConnection> all, String filter, int qos) throws IOException {
        subscribeAll(all, connection -> filter, qos);
    }

    /** Subscribes each connection to a filter of its own and returns when all are acknowledged. */
    <C extends ClientConnection> void subscribeAll(List<C> all, Function<? super C, String> filter, int qos)
            throws IOException {
        stepwise(
                all,
                connection -> connection.send(Wire.subscribe(endpoint.version(), 1, filter.apply(connection), qos)),
                ClientConnection::isSubscribed,
                "subscribe");
    }

    private <C extends ClientConnection> void stepwise(
            List<C> all, Step<C> step, Predicate<ClientConnection> done, String what) throws IOException {
        long deadline = System.nanoTime() + SETUP_NANOS;
        int begun = 0;
        int finished = 0;
        while (finished < all.size()) {
            while (begun < all.size() && begun - finished < PENDING) {
                step.begin(all.get(begun++));
            }
            poll(10);
            while (finished < begun && done.test(all.get(finished))) {
                finished++;
            }
            if (!firstTrouble.isEmpty()) {
                throw new IOException(what + ": " + firstTrouble);
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(what + ": only " + finished + " of " + all.size() + " in time");
            }
        }
    }

    /** Polls until the condition holds; false when it did not within {@code millis}. */
    boolean pollUntil(BooleanSupplier condition, long millis) throws IOException {
        long deadline = System.nanoTime() + millis * 1_000_000;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            poll(10);
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        for (ClientConnection connection : connections) {
            connection.disconnect();
        }
        selector.close();
    }

    private interface Step<C> {
        void begin(C connection) throws IOException;
    }
}
