package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.Utf8;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import static io.maxmq.codec.ReasonCode.MALFORMED_PACKET;
import static io.maxmq.codec.ReasonCode.PROTOCOL_ERROR;

/**
 * Reads fields of one packet, by absolute index, and never past its end: each read names its field and throws when the
 * packet ends before it (MQTT 5.0 §1.5). One per decoder, set to each packet in turn. Not thread-safe.
 */
final class PacketInput {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private ByteBuffer bytes = NOTHING;
    private int position;
    private int end;

    /** Stands at {@code from} of a packet that ends before {@code end}. */
    void set(ByteBuffer bytes, int from, int end) {
        this.bytes = bytes;
        this.position = from;
        this.end = end;
    }

    /** Lets go of the buffer. */
    void clear() {
        set(NOTHING, 0, 0);
    }

    ByteBuffer bytes() {
        return bytes;
    }

    /** The absolute index of the next byte. */
    int position() {
        return position;
    }

    int end() {
        return end;
    }

    /** Narrows reading to a part of the packet, or widens it again; the caller knows that the bytes are there. */
    void end(int end) {
        this.end = end;
    }

    int remaining() {
        return end - position;
    }

    int readByte(String field) throws MalformedPacketException {
        return bytes.get(take(1, field)) & 0xFF;
    }

    int readTwoBytes(String field) throws MalformedPacketException {
        return bytes.getShort(take(2, field)) & 0xFFFF;
    }

    long readFourBytes(String field) throws MalformedPacketException {
        return bytes.getInt(take(4, field)) & 0xFFFF_FFFFL;
    }

    /** §1.5.5: at most four bytes, and no more than needed [MQTT-1.5.5-1]. */
    int readVariableByteInteger(String field) throws MalformedPacketException {
        int value = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            int b = readByte(field);
            value |= (b & 0x7F) << shift;
            if (b < 0x80) {
                if (b == 0 && shift > 0) {
                    throw malformed(field + " is longer than needed: value=" + value);
                }
                return value;
            }
        }
        throw malformed(field + " has more than four bytes");
    }

    /** §2.2.1: not 0. */
    int readPacketId() throws MalformedPacketException {
        int packetId = readTwoBytes("packet identifier");
        if (packetId == 0) {
            throw new MalformedPacketException(PROTOCOL_ERROR, "packet identifier is 0");
        }
        return packetId;
    }

    /** §2.4: a code that exists and that this packet may carry. */
    ReasonCode readReason(PacketType type, boolean fromClient) throws MalformedPacketException {
        int code = readByte("reason code");
        ReasonCode reason = ReasonCode.of(code);
        if (reason == null) {
            throw malformed("reason code is unknown: " + type + " reason=" + code);
        }
        if (!reason.allowedIn(type, fromClient)) {
            throw new MalformedPacketException(
                    PROTOCOL_ERROR, "reason code does not belong here: " + type + " reason=" + reason);
        }
        return reason;
    }

    /** §1.5.4: two bytes of length, then well-formed UTF-8 without U+0000. */
    String readString(String field) throws MalformedPacketException {
        int length = skipString(field);
        return string(position - length, length);
    }

    /** As {@link #readString}, but checks only. Returns the length in bytes; the string ends at {@link #position}. */
    int skipString(String field) throws MalformedPacketException {
        int length = readTwoBytes(field);
        int start = take(length, field);
        if (!Utf8.isWellFormed(bytes, start, length)) {
            throw malformed(field + " is not UTF-8 that MQTT allows: length=" + length);
        }
        return length;
    }

    /** §1.5.6: a copy, read-only. */
    ByteBuffer readBinary(String field) throws MalformedPacketException {
        int length = skipBinary(field);
        return ByteBuffer.wrap(copy(position - length, length)).asReadOnlyBuffer();
    }

    /** As {@link #readBinary}, but checks only. Returns the length; the data ends at {@link #position}. */
    int skipBinary(String field) throws MalformedPacketException {
        int length = readTwoBytes(field);
        take(length, field);
        return length;
    }

    /** Goes on behind {@code length} bytes and returns where they start. */
    int take(int length, String field) throws MalformedPacketException {
        int start = position;
        if (length > end - start) {
            throw malformed(field + " is cut off: needs " + length + " bytes, left are " + (end - start));
        }
        position = start + length;
        return start;
    }

    void requireEnd(PacketType type) throws MalformedPacketException {
        if (position != end) {
            throw malformed(type + " goes on behind its last field: bytes=" + (end - position));
        }
    }

    /** Bytes that were checked, as a string. */
    String string(int start, int length) {
        return new String(copy(start, length), StandardCharsets.UTF_8);
    }

    private byte[] copy(int start, int length) {
        byte[] copy = new byte[length];
        bytes.get(start, copy);
        return copy;
    }

    static MalformedPacketException malformed(String detail) {
        return new MalformedPacketException(MALFORMED_PACKET, detail);
    }
}
