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
 * What is under way between the two sides of a {@link MemoryPipe}, and which of them is closed. The client's side blocks, the
 * broker's never does. Thread-safe, by one lock, which is not held while anything else is called.
 */
final class PipeBuffers {
    /** The client's writes wait beyond this, while the broker does not read. */
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

    /** Waits for bytes, and takes up to {@code length}, 1 or more; -1 when the broker has closed and there are none. */
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

    /** Waits for room, and copies {@code length} bytes, at most {@link #TO_BROKER_BYTES}. */
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

    /** How long a read waits before it fails with SocketTimeoutException; 0 for ever. */
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

    /** Closes the client's side, and drops what it has not read; false when that was done before. */
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

    /** What the client has written next; null for nothing, while reading is paused, and while the connection moves. */
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

    /** Takes over the reference. */
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

    /** The connection is on no loop for now, or on one again. */
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
