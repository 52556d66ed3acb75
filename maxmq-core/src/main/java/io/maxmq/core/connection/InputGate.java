package io.maxmq.core.connection;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.wire.PacketDecoder;
import io.maxmq.codec.wire.PacketHandler;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that a connection reads: decoded at once, or kept while something <em>holds</em> the packets behind it. Then
 * decoding stops, and reading pauses, until the last hold is released.
 *
 * <p>Runs on the connection's loop. Not thread-safe. Hot: per read and per packet.
 */
final class InputGate {
    /** CONNECT waits for an answer. */
    static final int CONNECT = 1;
    /** The channel is between two loops. */
    static final int MOVE = 1 << 1;
    /** An interceptor has yet to answer about a packet, or storage has yet to confirm what is to be acknowledged. */
    static final int PLUGIN = 1 << 2;
    /** Another loop is too far behind to be sent more. */
    static final int CONGESTION = 1 << 3;
    /** Too many acknowledgements wait for recipients. */
    static final int ACKS = 1 << 4;
    /** The client does not take the answers to what it sends. */
    static final int OUTPUT = 1 << 5;
    /** The rate limiter wants a pause. */
    static final int RATE = 1 << 6;
    /** An authorizer has yet to answer about a packet. */
    static final int AUTHORIZER = 1 << 7;
    /** What this client causes takes too long for one turn of the loop. */
    static final int TURN = 1 << 8;

    /** The broker has no memory for what the client sends. */
    static final int MEMORY = 1 << 10;

    /** The connection is about to end. */
    static final int LEAVING = 1 << 9;

    /** The connection, as this sees it. */
    interface Owner extends PacketHandler {
        boolean isClosed();

        /** What could not be decoded; ends the connection. */
        void onMalformed(MalformedPacketException e);

        /** What the handling of a packet has thrown; ends the connection. */
        void onFailure(Throwable t);

        /** Holds what is to be held after a batch: looked at once, not per packet. */
        void onBatchEnd();

        /** Accounts for what is kept of the input; may end the connection. */
        void onKept(long bytes);

        void onPaused();

        void onResumed();
    }

    private final Owner owner;
    private final ByteSink transport;
    private final PacketDecoder decoder;

    private int holds;
    private boolean decoding;
    private boolean paused;
    private @Nullable ArrayDeque<ByteBuf> kept;
    private long keptBytes;
    private long notedBytes;

    InputGate(Owner owner, ByteSink transport, PacketDecoder decoder) {
        this.owner = owner;
        this.transport = transport;
        this.decoder = decoder;
    }

    /** Takes over the buffer. */
    void onBytes(ByteBuf bytes) {
        if (owner.isClosed()) {
            bytes.release();
        } else if (holds != 0 || kept != null) {
            keepLast(bytes);
            note();
        } else {
            decode(bytes);
            afterBatch();
        }
    }

    private void decode(ByteBuf bytes) {
        decoding = true;
        try {
            decoder.decode(bytes, owner);
        } catch (MalformedPacketException e) {
            owner.onMalformed(e);
        } catch (Throwable t) {
            owner.onFailure(t);
        } finally {
            decoding = false;
        }
        if (bytes.isReadable() && !owner.isClosed()) {
            keepFirst(bytes);
        } else {
            bytes.release();
        }
    }

    private void afterBatch() {
        if (owner.isClosed()) {
            return;
        }
        note();
        owner.onBatchEnd();
        pauseIfHeld();
    }

    /** While it moves nothing can be read anyway, and most are held by nothing any more when they arrive: two system calls less. */
    private void pauseIfHeld() {
        if (holds != 0 && (holds & MOVE) == 0 && !paused) {
            paused = true;
            owner.onPaused();
            transport.pauseReading();
        }
    }

    private void note() {
        long now = keptBytes + decoder.heldBytes();
        boolean changed = now != notedBytes;
        notedBytes = now;
        if (changed || decoder.heldBytes() > 0) {
            owner.onKept(now);
        }
    }

    /** Keeps the packets that follow until {@link #release}. */
    void hold(int reason) {
        holds |= reason;
    }

    /** Goes on with what was kept, once no reason is left. */
    void release(int reason) {
        holds &= ~reason;
        if (decoding || owner.isClosed()) {
            return;
        }
        if (holds != 0) {
            if (reason == MOVE) {
                pauseIfHeld();
            }
            return;
        }
        ArrayDeque<ByteBuf> waiting = kept;
        while (waiting != null && holds == 0 && !owner.isClosed()) {
            ByteBuf next = waiting.poll();
            if (next == null) {
                kept = null;
                break;
            }
            keptBytes -= next.capacity();
            decode(next);
        }
        afterBatch();
        if (holds == 0 && paused && !owner.isClosed()) {
            paused = false;
            owner.onResumed();
            transport.resumeReading();
        }
    }

    boolean isHeld() {
        return holds != 0;
    }

    boolean isHeldBy(int reason) {
        return (holds & reason) != 0;
    }

    boolean isDecoding() {
        return decoding;
    }

    /** Whether part of a packet has come, and the rest has not. */
    boolean isInsidePacket() {
        return decoder.heldBytes() > 0;
    }

    private void keepLast(ByteBuf bytes) {
        waiting().add(counted(bytes));
    }

    private void keepFirst(ByteBuf bytes) {
        waiting().addFirst(counted(bytes));
    }

    private ArrayDeque<ByteBuf> waiting() {
        ArrayDeque<ByteBuf> waiting = kept;
        if (waiting == null) {
            waiting = new ArrayDeque<>(2);
            kept = waiting;
        }
        return waiting;
    }

    private ByteBuf counted(ByteBuf bytes) {
        ByteBuf compact = compact(bytes);
        keptBytes += compact.capacity();
        return compact;
    }

    /** A read buffer may be far larger than what is left in it. */
    private static ByteBuf compact(ByteBuf bytes) {
        int length = bytes.readableBytes();
        if (bytes.capacity() <= 2 * length + 256) {
            return bytes;
        }
        ByteBuf copy = bytes.alloc().buffer(length, length).writeBytes(bytes);
        bytes.release();
        return copy;
    }

    /** Forgets everything: the connection has ended. */
    void close() {
        decoder.release();
        ArrayDeque<ByteBuf> waiting = kept;
        kept = null;
        keptBytes = 0;
        if (waiting != null) {
            waiting.forEach(ByteBuf::release);
        }
    }
}
