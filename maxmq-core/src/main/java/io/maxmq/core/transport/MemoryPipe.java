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
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A connection without a socket: a duplex byte stream inside the JVM. The client side is a pair of blocking streams; the
 * broker side behaves as a socket does, with its own bounds in both directions.
 *
 * <p>The client side is thread-safe. The {@link ByteSink} side runs on the loop of its connection.
 */
public final class MemoryPipe implements ByteSink, Deferred {
    private static final int CLIENT_BUFFER_BYTES = 64 * 1024;
    private static final SocketAddress ADDRESS = InetSocketAddress.createUnresolved("in-memory", 0);

    private final String listener;
    private final int highWatermarkBytes;
    private final long slowConsumerNanos;

    // on the loop
    private volatile Loop loop;
    private @Nullable ByteSource connection;
    private @Nullable ByteBuf out;
    private boolean deferred;
    private boolean unwritable;
    private long progressBytes;
    private long progressNanos;
    private long stallTimer;
    private boolean closed;

    // guarded by the lock: what is under way between the two sides
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<ByteBuf> toClient = new ArrayDeque<>();
    private long toClientBytes;
    private long takenBytes;
    private final ArrayDeque<ByteBuf> toBroker = new ArrayDeque<>();
    private int toBrokerBytes;
    private boolean readingPaused;
    private boolean moving;
    private boolean brokerClosed;
    private boolean clientClosed;
    private int readTimeoutMillis;

    /** @param slowConsumer how long the client may take nothing while the high watermark is reached */
    public MemoryPipe(String listener, Loop loop, int highWatermarkBytes, Duration slowConsumer) {
        this.listener = listener;
        this.loop = loop;
        this.highWatermarkBytes = highWatermarkBytes;
        this.slowConsumerNanos = slowConsumer.toNanos();
    }

    /** Joins the broker side to its connection; on the loop, before the client writes. */
    public void open(ByteSource source) {
        connection = source;
    }

    // ---- the client's side

    /** What the broker sends. {@code read} blocks; -1 after the broker has closed. */
    public InputStream clientInput() {
        return new ClientInput();
    }

    /** What goes to the broker. {@code write} blocks while the broker does not read. */
    public OutputStream clientOutput() {
        return new ClientOutput();
    }

    /** How long a read of the client waits before it fails with SocketTimeoutException; 0 for ever. */
    public void clientReadTimeoutMillis(int millis) {
        lock.lock();
        try {
            readTimeoutMillis = millis;
        } finally {
            lock.unlock();
        }
    }

    public int clientReadTimeoutMillis() {
        lock.lock();
        try {
            return readTimeoutMillis;
        } finally {
            lock.unlock();
        }
    }

    /** Bytes that a read of the client would return at once. */
    int clientAvailable() {
        lock.lock();
        try {
            return (int) Math.min(Integer.MAX_VALUE, toClientBytes);
        } finally {
            lock.unlock();
        }
    }

    /** Closes the client's side. Idempotent. */
    public void clientClose() {
        lock.lock();
        try {
            if (clientClosed) {
                return;
            }
            clientClosed = true;
            dropToClient();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        loop.execute(this::clientHasClosed);
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
            boolean drained;
            int taken = 0;
            lock.lock();
            try {
                awaitBytes();
                ByteBuf first = toClient.peek();
                if (first == null) {
                    if (clientClosed) {
                        throw new IOException("stream closed");
                    }
                    return -1;
                }
                taken = Math.min(length, first.readableBytes());
                first.readBytes(target, offset, taken);
                if (!first.isReadable()) {
                    toClient.remove().release();
                }
                toClientBytes -= taken;
                takenBytes += taken;
                drained = toClientBytes <= highWatermarkBytes / 4;
            } finally {
                lock.unlock();
            }
            if (drained) {
                loop.execute(MemoryPipe.this::noteDrained);
            }
            return taken;
        }

        private void awaitBytes() throws IOException {
            long left = TimeUnit.MILLISECONDS.toNanos(readTimeoutMillis);
            while (toClient.isEmpty() && !brokerClosed && !clientClosed) {
                try {
                    if (readTimeoutMillis == 0) {
                        changed.await();
                    } else if (left <= 0) {
                        throw new SocketTimeoutException("nothing read in " + readTimeoutMillis + " ms");
                    } else {
                        left = changed.awaitNanos(left);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted while reading");
                }
            }
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
                int part = Math.min(end - at, CLIENT_BUFFER_BYTES);
                send(source, at, part);
                at += part;
            }
        }

        private void send(byte[] source, int offset, int length) throws IOException {
            lock.lock();
            try {
                while (!brokerClosed
                        && !clientClosed
                        && toBrokerBytes > 0
                        && toBrokerBytes + length > CLIENT_BUFFER_BYTES) {
                    changed.await();
                }
                if (brokerClosed || clientClosed) {
                    throw new IOException("stream closed");
                }
                toBrokerBytes += length;
                toBroker.add(Unpooled.copiedBuffer(source, offset, length));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while writing");
            } finally {
                lock.unlock();
            }
            loop.execute(MemoryPipe.this::drainToBroker);
        }

        @Override
        public void close() {
            clientClose();
        }
    }

    /** Hands over what the client has written, in order, unless reading is paused or the connection lives elsewhere now. */
    private void drainToBroker() {
        if (!loop.inLoop()) {
            loop.execute(this::drainToBroker);
            return;
        }
        for (ByteBuf bytes = nextToBroker(); bytes != null; bytes = nextToBroker()) {
            ByteSource to = connection;
            if (to == null || closed) {
                bytes.release();
            } else {
                to.onBytes(bytes);
            }
        }
    }

    private @Nullable ByteBuf nextToBroker() {
        lock.lock();
        try {
            if (moving || (readingPaused && !closed)) {
                return null;
            }
            ByteBuf bytes = toBroker.poll();
            if (bytes != null) {
                toBrokerBytes -= bytes.readableBytes();
                changed.signalAll();
            }
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    // ---- the broker's side

    private void noteDrained() {
        ByteSource to = connection;
        if (unwritable && !closed && to != null && isWritable()) {
            unwritable = false;
            to.onWritable();
        }
    }

    /** What the client wrote before it closed still counts, as with a socket. */
    private void clientHasClosed() {
        if (!loop.inLoop()) {
            loop.execute(this::clientHasClosed);
            return;
        }
        if (isMoving()) {
            // Noticed on arrival.
            return;
        }
        noteDrained(); // nothing waits for the client any more
        drainToBroker();
        if (!isReadingPaused()) {
            onClosed();
        } // else noticed when it goes on
    }

    private void onClosed() {
        if (closed) {
            return;
        }
        closed = true;
        cancelStallTimer();
        dropOutput();
        ByteSource to = connection;
        if (to != null) {
            to.onClosed();
        }
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        output(length).writeBytes(source, offset, length);
    }

    @Override
    public ByteBuf output(int bytes) {
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
        output(frame.readableBytes()).writeBytes(frame);
        frame.release();
    }

    @Override
    public void runDeferred() {
        deferred = false;
        ByteBuf output = out;
        if (output == null) {
            return;
        }
        out = null;
        loop.counters().increment(Counter.FLUSHES);
        loop.counters().add(Counter.BYTES_SENT, output.readableBytes());
        lock.lock();
        try {
            if (clientClosed) {
                output.release();
            } else {
                toClientBytes += output.readableBytes();
                toClient.add(output);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (pendingBytes() >= highWatermarkBytes) {
            // Answers are written without asking first; who holds them back waits for onWritable.
            noteUnwritable();
        }
    }

    @Override
    public boolean isWritable() {
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
        progressBytes = takenBytes();
        progressNanos = loop.nowNanos();
        watchProgress();
    }

    private void watchProgress() {
        if (stallTimer == 0) {
            stallTimer = loop.schedule(slowConsumerNanos / 4, this::checkProgress);
        }
    }

    private void checkProgress() {
        stallTimer = 0;
        ByteSource to = connection;
        if (!unwritable || closed || to == null) {
            return;
        }
        long taken = takenBytes();
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

    private long takenBytes() {
        lock.lock();
        try {
            return takenBytes;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isFull() {
        return !isWritable() && pendingBytes() > highWatermarkBytes + CLIENT_BUFFER_BYTES;
    }

    @Override
    public boolean holdInput(long bytes) {
        return true; // the heap of who has made the pipe; as much as a packet at most
    }

    @Override
    public long pendingBytes() {
        ByteBuf output = out;
        lock.lock();
        try {
            return toClientBytes + (output == null ? 0 : output.readableBytes());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void pauseReading() {
        readingPaused(true);
    }

    @Override
    public void resumeReading() {
        readingPaused(false);
        loop.execute(this::resumed);
    }

    private void resumed() {
        if (isClientClosed()) {
            clientHasClosed();
        } else {
            drainToBroker();
        }
    }

    private void readingPaused(boolean paused) {
        lock.lock();
        try {
            readingPaused = paused;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        runDeferred();
        lock.lock();
        try {
            brokerClosed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        loop.execute(this::onClosed);
    }

    @Override
    public void abort() {
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

    private void dropToClient() {
        for (ByteBuf bytes : toClient) {
            bytes.release();
        }
        toClient.clear();
        toClientBytes = 0;
    }

    @Override
    public void moveTo(Loop target, Runnable arrived) {
        if (target == loop) {
            arrived.run();
            return;
        }
        lock.lock();
        try {
            moving = true;
        } finally {
            lock.unlock();
        }
        // Later, as a channel does it: the connection may be in the middle of a batch.
        loop.execute(() -> {
            runDeferred();
            cancelStallTimer();
            loop = target;
            target.execute(() -> arrived(arrived));
        });
    }

    private void arrived(Runnable then) {
        boolean clientLeft;
        lock.lock();
        try {
            moving = false;
            clientLeft = clientClosed;
        } finally {
            lock.unlock();
        }
        then.run();
        if (clientLeft) {
            clientHasClosed();
        } else {
            drainToBroker();
        }
    }

    private boolean isReadingPaused() {
        lock.lock();
        try {
            return readingPaused && !closed;
        } finally {
            lock.unlock();
        }
    }

    private boolean isClientClosed() {
        lock.lock();
        try {
            return clientClosed;
        } finally {
            lock.unlock();
        }
    }

    private boolean isMoving() {
        lock.lock();
        try {
            return moving;
        } finally {
            lock.unlock();
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
