package io.maxmq.core.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Buffers between the two sides of a {@link MemoryPipe}, and their closed states. The client side blocks, the broker
 * side never does. Thread-safe by one lock, which is not held during calls to other objects.
 */
final class PipeBuffers {
    /** Limit of unread bytes above which client writes wait. */
    static final int TO_BROKER_BYTES = 64 * 1024;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // guarded by the lock
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

    // ---- the client's side

    /**
     * Waits for bytes and reads up to {@code length}, at least 1; returns -1 if the broker has closed and no bytes are
     * left.
     */
    int read(byte[] target, int offset, int length) throws IOException {
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
            int taken = Math.min(length, first.readableBytes());
            first.readBytes(target, offset, taken);
            if (!first.isReadable()) {
                toClient.remove().release();
            }
            toClientBytes -= taken;
            takenBytes += taken;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private void awaitBytes() throws IOException {
        long left = TimeUnit.MILLISECONDS.toNanos(readTimeoutMillis);
        while (toClient.isEmpty() && !brokerClosed && !clientClosed) {
            try {
                if (readTimeoutMillis == 0) {
                    changed.await();
                } else if (left <= 0) {
                    throw new SocketTimeoutException("no bytes received within " + readTimeoutMillis + " ms");
                } else {
                    left = changed.awaitNanos(left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while reading");
            }
        }
    }

    /** Waits for room and copies {@code length} bytes, at most {@link #TO_BROKER_BYTES}. */
    void write(byte[] source, int offset, int length) throws IOException {
        lock.lock();
        try {
            while (!brokerClosed && !clientClosed && toBrokerBytes > 0 && toBrokerBytes + length > TO_BROKER_BYTES) {
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
    }

    /** Sets the time that a read waits before it fails with SocketTimeoutException; 0 waits without limit. */
    void readTimeoutMillis(int millis) {
        lock.lock();
        try {
            readTimeoutMillis = millis;
        } finally {
            lock.unlock();
        }
    }

    int readTimeoutMillis() {
        lock.lock();
        try {
            return readTimeoutMillis;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Closes the client side and drops the bytes that the client has not read; returns false if it was closed already.
     */
    boolean closeClient() {
        lock.lock();
        try {
            if (clientClosed) {
                return false;
            }
            clientClosed = true;
            toClient.forEach(ByteBuf::release);
            toClient.clear();
            toClientBytes = 0;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    // ---- the broker's side

    /**
     * Returns the next bytes from the client; null if there are no bytes, while reading is paused, and while the
     * connection moves.
     */
    @Nullable
    ByteBuf poll() {
        lock.lock();
        try {
            if (moving || readingPaused) {
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

    /** Queues output for the client and takes over the reference. */
    void add(ByteBuf output) {
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
    }

    /** Bytes that the client has yet to read. */
    long toClientBytes() {
        lock.lock();
        try {
            return toClientBytes;
        } finally {
            lock.unlock();
        }
    }

    /** Bytes that the client has read so far. */
    long takenBytes() {
        lock.lock();
        try {
            return takenBytes;
        } finally {
            lock.unlock();
        }
    }

    void pauseReading(boolean paused) {
        lock.lock();
        try {
            readingPaused = paused;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isReadingPaused() {
        lock.lock();
        try {
            return readingPaused;
        } finally {
            lock.unlock();
        }
    }

    /** Sets whether the connection is moving between loops. */
    void moving(boolean now) {
        lock.lock();
        try {
            moving = now;
        } finally {
            lock.unlock();
        }
    }

    boolean isMoving() {
        lock.lock();
        try {
            return moving;
        } finally {
            lock.unlock();
        }
    }

    void closeBroker() {
        lock.lock();
        try {
            brokerClosed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isClientClosed() {
        lock.lock();
        try {
            return clientClosed;
        } finally {
            lock.unlock();
        }
    }
}
