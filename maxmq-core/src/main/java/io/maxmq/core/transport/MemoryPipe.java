package io.maxmq.core.transport;

import io.maxmq.core.connection.ByteSink;
import io.maxmq.core.connection.ByteSource;
import io.maxmq.core.loop.Deferred;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Connection without a socket: a duplex byte stream inside the JVM. The client side is a pair of blocking streams; the
 * broker side behaves as a socket does, with its own bounds in both directions.
 *
 * <p>The client side is thread-safe. The {@link ByteSink} side runs on the loop of its connection.
 */
public final class MemoryPipe implements ByteSink, Deferred {
    /** Bytes that responses may exceed the high watermark by. */
    private static final int ANSWERS_BYTES = 64 * 1024;

    private static final SocketAddress ADDRESS = InetSocketAddress.createUnresolved("in-memory", 0);

    private final String listener;
    private final int highWatermarkBytes;
    private final long slowConsumerNanos;

    // accessed on the loop
    private volatile Loop loop;
    private @Nullable ByteSource connection;
    private @Nullable ByteBuf out;
    private boolean deferred;
    private boolean unwritable;
    private long progressBytes;
    private long progressNanos;
    private long stallTimer;
    private boolean closed;

    private final PipeBuffers underWay = new PipeBuffers();

    /** @param slowConsumer time that the client may read nothing while the high watermark is reached */
    public MemoryPipe(String listener, Loop loop, int highWatermarkBytes, Duration slowConsumer) {
        this.listener = listener;
        this.loop = loop;
        this.highWatermarkBytes = highWatermarkBytes;
        this.slowConsumerNanos = slowConsumer.toNanos();
    }

    /** Attaches the broker side to its connection. Call on the loop, before the client writes. */
    public void open(ByteSource source) {
        assert loop.inLoop();
        connection = source;
    }

    // ---- the client's side

    /** Stream of the broker's output. {@code read} blocks, and returns -1 after the broker has closed. */
    public InputStream clientInput() {
        return new ClientInput();
    }

    /** Stream of the client's output. {@code write} blocks while the broker does not read. */
    public OutputStream clientOutput() {
        return new ClientOutput();
    }

    /** Sets the time that a client read waits before it fails with SocketTimeoutException; 0 waits without limit. */
    public void clientReadTimeoutMillis(int millis) {
        underWay.readTimeoutMillis(millis);
    }

    public int clientReadTimeoutMillis() {
        return underWay.readTimeoutMillis();
    }

    /** Number of bytes that a client read would return at once. */
    int clientAvailable() {
        return (int) Math.min(Integer.MAX_VALUE, underWay.toClientBytes());
    }

    /** Closes the client side. Idempotent. */
    public void clientClose() {
        if (underWay.closeClient()) {
            enter(MemoryPipe::clientHasClosed);
        }
    }

    private final class ClientInput extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            int taken = underWay.read(target, offset, length);
            if (taken > 0 && underWay.toClientBytes() <= highWatermarkBytes / 4) {
                enter(MemoryPipe::noteDrained);
            }
            return taken;
        }

        @Override
        public int available() {
            return clientAvailable();
        }

        @Override
        public void close() {
            clientClose();
        }
    }

    private final class ClientOutput extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            int at = offset;
            int end = offset + length;
            while (at < end) {
                int part = Math.min(end - at, PipeBuffers.TO_BROKER_BYTES);
                underWay.write(source, at, part);
                enter(MemoryPipe::drainToBroker);
                at += part;
            }
        }

        @Override
        public void close() {
            clientClose();
        }
    }

    /** Runs a step later, on the loop that the connection has then. Any thread. */
    private void enter(Consumer<MemoryPipe> step) {
        loop.execute(() -> {
            if (loop.inLoop()) {
                step.accept(this);
            } else {
                enter(step); // the connection has moved meanwhile
            }
        });
    }

    /** Hands over the bytes that the client has written, in order, unless reading is paused. */
    private void drainToBroker() {
        assert loop.inLoop();
        for (ByteBuf bytes = underWay.poll(); bytes != null; bytes = underWay.poll()) {
            ByteSource to = connection;
            if (to == null || closed) {
                bytes.release();
            } else {
                to.onBytes(bytes);
            }
        }
    }

    // ---- the broker's side

    private void noteDrained() {
        assert loop.inLoop();
        ByteSource to = connection;
        if (unwritable && !closed && to != null && isWritable()) {
            unwritable = false;
            to.onWritable();
        }
    }

    /**
     * Closes the broker side after the client side. As with a socket, the broker still handles the bytes that the
     * client wrote before it closed.
     */
    private void clientHasClosed() {
        assert loop.inLoop();
        if (underWay.isMoving()) {
            // The move's arrival handles the close.
            return;
        }
        noteDrained(); // no output waits for the client any longer
        drainToBroker();
        ByteSource to = connection;
        if (to == null || !underWay.isReadingPaused() || !to.handlesTheRest()) {
            onClosed();
        } // otherwise resumeReading handles the close
    }

    private void onClosed() {
        assert loop.inLoop();
        if (closed) {
            return;
        }
        closed = true;
        underWay.pauseReading(false); // remaining input is dropped
        cancelStallTimer();
        dropOutput();
        ByteSource to = connection;
        if (to != null) {
            to.onClosed();
        }
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        assert loop.inLoop();
        output(length).writeBytes(source, offset, length);
    }

    @Override
    public ByteBuf output(int bytes) {
        assert loop.inLoop();
        ByteBuf present = out;
        if (present == null) {
            present = Unpooled.buffer(Math.max(256, bytes));
            out = present;
            if (!deferred) {
                deferred = true;
                loop.defer(this);
            }
        }
        present.ensureWritable(bytes);
        return present;
    }

    @Override
    public void writeShared(ByteBuf frame) {
        assert loop.inLoop();
        output(frame.readableBytes()).writeBytes(frame);
        frame.release();
    }

    @Override
    public void runDeferred() {
        assert loop.inLoop();
        deferred = false;
        ByteBuf output = out;
        if (output == null) {
            return;
        }
        out = null;
        loop.counters().increment(Counter.FLUSHES);
        loop.counters().add(Counter.BYTES_SENT, output.readableBytes());
        underWay.add(output);
        if (pendingBytes() >= highWatermarkBytes) {
            // Responses are written without a check of isWritable; a writer that holds them back waits for onWritable.
            noteUnwritable();
        }
    }

    @Override
    public boolean isWritable() {
        assert loop.inLoop();
        boolean writable = !closed && pendingBytes() < highWatermarkBytes;
        if (!writable) {
            noteUnwritable();
        }
        return writable;
    }

    private void noteUnwritable() {
        if (unwritable || closed) {
            return;
        }
        unwritable = true;
        progressBytes = underWay.takenBytes();
        progressNanos = loop.nowNanos();
        watchProgress();
    }

    private void watchProgress() {
        if (stallTimer == 0) {
            stallTimer = loop.schedule(slowConsumerNanos / 4, this::checkProgress);
        }
    }

    private void checkProgress() {
        assert loop.inLoop();
        stallTimer = 0;
        ByteSource to = connection;
        if (!unwritable || closed || to == null) {
            return;
        }
        long taken = underWay.takenBytes();
        if (taken != progressBytes) {
            progressBytes = taken;
            progressNanos = loop.nowNanos();
        }
        long idleNanos = loop.nowNanos() - progressNanos;
        if (idleNanos >= slowConsumerNanos) {
            to.onStalled(pendingBytes(), Duration.ofNanos(idleNanos));
        } else {
            watchProgress();
        }
    }

    private void cancelStallTimer() {
        if (stallTimer != 0) {
            loop.cancel(stallTimer);
            stallTimer = 0;
        }
    }

    @Override
    public boolean isFull() {
        assert loop.inLoop();
        return !isWritable() && pendingBytes() > highWatermarkBytes + ANSWERS_BYTES;
    }

    @Override
    public boolean holdInput(long bytes) {
        return true; // the heap belongs to the application that created the pipe; at most one packet is held
    }

    @Override
    public long pendingBytes() {
        ByteBuf output = out;
        return underWay.toClientBytes() + (output == null ? 0 : output.readableBytes());
    }

    @Override
    public void pauseReading() {
        assert loop.inLoop();
        underWay.pauseReading(true);
    }

    @Override
    public void resumeReading() {
        assert loop.inLoop();
        underWay.pauseReading(false);
        enter(MemoryPipe::resumed);
    }

    private void resumed() {
        assert loop.inLoop();
        if (underWay.isClientClosed()) {
            clientHasClosed();
        } else {
            drainToBroker();
        }
    }

    @Override
    public void close() {
        assert loop.inLoop();
        if (closed) {
            return;
        }
        runDeferred();
        underWay.closeBroker();
        enter(MemoryPipe::onClosed);
    }

    @Override
    public void abort() {
        assert loop.inLoop();
        dropOutput();
        close();
    }

    private void dropOutput() {
        ByteBuf output = out;
        if (output != null) {
            out = null;
            output.release();
        }
    }

    @Override
    public void moveTo(Loop target, Runnable arrived) {
        assert loop.inLoop();
        if (target == loop) {
            arrived.run();
            return;
        }
        underWay.moving(true);
        // Moves in a later task, as a channel does: the connection may be in the middle of a batch.
        loop.execute(() -> {
            runDeferred();
            cancelStallTimer();
            loop = target;
            target.execute(() -> arrived(arrived));
        });
    }

    private void arrived(Runnable then) {
        underWay.moving(false);
        boolean clientLeft = underWay.isClientClosed();
        then.run();
        if (clientLeft) {
            clientHasClosed();
        } else {
            drainToBroker();
        }
    }

    @Override
    public SocketAddress remoteAddress() {
        return ADDRESS;
    }

    @Override
    public String listener() {
        return listener;
    }
}
