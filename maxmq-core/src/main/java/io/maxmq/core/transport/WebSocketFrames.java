package io.maxmq.core.transport;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Incremental decoder of the frames from a client (RFC 6455 §5); accepts any split of the bytes. The payload of data
 * frames stays in the buffer, unmasked and compacted, so that one read stays one batch without a copy. Holds only the
 * payload of a control frame, at most 125 bytes. Not thread-safe.
 */
final class WebSocketFrames {
    /** Close codes (§7.4.1). */
    static final int NORMAL = 1000;

    static final int GOING_AWAY = 1001;
    static final int PROTOCOL_ERROR = 1002;
    static final int UNSUPPORTED_DATA = 1003;

    static final int MAX_HEADER_BYTES = 10;

    private static final int FIN = 0x80;
    private static final int MASKED = 0x80;
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int MAX_CONTROL_BYTES = 125;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int MASK_BYTES = 4;
    private static final int MAX_CLIENT_HEADER_BYTES = 14;

    /** Answers pings. */
    interface Pings {
        /** @param payload valid until this returns */
        void onPing(byte[] payload, int length);
    }

    private final Pings pings;

    /** Header bytes received so far. */
    private final byte[] header = new byte[MAX_CLIENT_HEADER_BYTES];

    private int headerBytes;

    // valid within the payload of a frame
    private int opcode;
    private long payloadLeft;
    private int mask;
    private byte @Nullable [] controlPayload;
    private int controlBytes;

    /** True between the first and the last frame of a message. */
    private boolean fragmented;

    private boolean inPayload;
    private int closeCode;

    WebSocketFrames(Pings pings) {
        this.pings = pings;
    }

    /**
     * Reduces the buffer to the payload of the data frames; the reader index stays, the writer index decreases. Ignores
     * all bytes behind the frame that ends the connection, see {@link #closeCode}.
     */
    void decode(ByteBuf bytes) { // hot: per read
        int from = bytes.readerIndex();
        int to = from;
        int end = bytes.writerIndex();
        while (from < end && closeCode == 0) {
            if (!inPayload) {
                from = readHeader(bytes, from, end);
                continue;
            }
            int length = (int) Math.min(payloadLeft, end - from);
            unmask(bytes, from, length);
            if (opcode < CLOSE) {
                if (to != from) {
                    bytes.setBytes(to, bytes, from, length);
                }
                to += length;
            } else {
                keepControl(bytes, from, length);
            }
            from += length;
            payloadLeft -= length;
            if (payloadLeft == 0) {
                inPayload = false;
                endFrame();
            }
        }
        bytes.writerIndex(to);
    }

    /**
     * Close code, or 0 while the connection continues. The payload left by the last {@link #decode} must still be
     * handled.
     */
    int closeCode() {
        return closeCode;
    }

    private int readHeader(ByteBuf bytes, int from, int end) {
        int at = from;
        while (at < end) {
            header[headerBytes++] = bytes.getByte(at++);
            if (headerBytes >= 2 && headerBytes == headerLength()) {
                headerBytes = 0;
                begin();
                break;
            }
            if (headerBytes == 2 && !isAllowed()) {
                break;
            }
        }
        return at;
    }

    private int headerLength() {
        int length = header[1] & 0x7F;
        return 2 + MASK_BYTES + (length < LENGTH_16 ? 0 : length == LENGTH_16 ? 2 : 8);
    }

    /** Checks the first two header bytes and sets the close code if they are invalid. */
    private boolean isAllowed() {
        int first = header[0] & 0xFF;
        int code = first & 0x0F;
        int length = header[1] & 0x7F;
        boolean last = (first & FIN) != 0;
        if ((first & 0x70) != 0 || (header[1] & MASKED) == 0) {
            closeCode = PROTOCOL_ERROR; // §5.2, §5.1
        } else if (code == TEXT) {
            closeCode = UNSUPPORTED_DATA; // [MQTT-6.0.0-1]
        } else if (code >= CLOSE && code <= PONG) {
            closeCode = last && length <= MAX_CONTROL_BYTES ? 0 : PROTOCOL_ERROR; // §5.5
        } else if (code == BINARY || code == CONTINUATION) {
            closeCode = fragmented == (code == CONTINUATION) ? 0 : PROTOCOL_ERROR; // §5.4
        } else {
            closeCode = PROTOCOL_ERROR;
        }
        return closeCode == 0;
    }

    private void begin() {
        opcode = header[0] & 0x0F;
        int length = header[1] & 0x7F;
        int at = 2;
        if (length == LENGTH_16) {
            payloadLeft = number(at, 2);
            at += 2;
        } else if (length == LENGTH_64) {
            payloadLeft = number(at, 8);
            at += 8;
        } else {
            payloadLeft = length;
        }
        boolean shortest = length < LENGTH_16 || payloadLeft > (length == LENGTH_16 ? MAX_CONTROL_BYTES : 0xFFFF);
        if (payloadLeft < 0 || !shortest) {
            closeCode = PROTOCOL_ERROR; // §5.2
            return;
        }
        mask = (int) number(at, MASK_BYTES);
        if (opcode < CLOSE) {
            fragmented = (header[0] & FIN) == 0;
        }
        controlBytes = 0;
        if (payloadLeft == 0) {
            endFrame();
        } else {
            inPayload = true;
        }
    }

    private long number(int at, int length) {
        long number = 0;
        for (int i = at; i < at + length; i++) {
            number = number << 8 | header[i] & 0xFF;
        }
        return number;
    }

    /** Unmasks the payload (§5.3) and rotates the mask to the position of the frame's next byte. */
    private void unmask(ByteBuf bytes, int from, int length) {
        int at = from;
        int end = from + length;
        long twice = (long) mask << 32 | mask & 0xFFFF_FFFFL;
        for (; at + 8 <= end; at += 8) {
            bytes.setLong(at, bytes.getLong(at) ^ twice);
        }
        for (; at < end; at++) {
            bytes.setByte(at, bytes.getByte(at) ^ mask >>> 24);
            mask = Integer.rotateLeft(mask, 8);
        }
    }

    private void keepControl(ByteBuf bytes, int from, int length) {
        byte[] payload = controlPayload;
        if (payload == null) {
            payload = new byte[MAX_CONTROL_BYTES];
            controlPayload = payload;
        }
        bytes.getBytes(from, payload, controlBytes, length);
        controlBytes += length;
    }

    private void endFrame() {
        if (opcode == PING) {
            byte[] payload = controlPayload;
            pings.onPing(payload == null ? new byte[0] : payload, controlBytes);
        } else if (opcode == CLOSE) {
            closeCode = answerToClose();
        }
    }

    /** Repeats the client's close code (§5.5.1). */
    private int answerToClose() {
        byte[] payload = controlPayload;
        if (controlBytes == 0 || payload == null) {
            return NORMAL;
        }
        if (controlBytes == 1) {
            return PROTOCOL_ERROR;
        }
        int code = (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
        boolean sendable = code >= 1000 && code <= 1003 || code >= 1007 && code <= 1014 || code >= 3000 && code <= 4999;
        return sendable ? code : PROTOCOL_ERROR; // §7.4
    }

    // ---- output: never masked, never fragmented

    /** Appends the header of a binary frame. */
    static void writeBinaryHeader(ByteBuf to, long payloadBytes) {
        to.writeByte(FIN | BINARY);
        if (payloadBytes < LENGTH_16) {
            to.writeByte((int) payloadBytes);
        } else if (payloadBytes <= 0xFFFF) {
            to.writeByte(LENGTH_16).writeShort((int) payloadBytes);
        } else {
            to.writeByte(LENGTH_64).writeLong(payloadBytes);
        }
    }

    static void writePong(ByteBuf to, byte[] payload, int length) {
        to.writeByte(FIN | PONG).writeByte(length).writeBytes(payload, 0, length);
    }

    static void writeClose(ByteBuf to, int code) {
        to.writeByte(FIN | CLOSE).writeByte(2).writeShort(code);
    }
}
