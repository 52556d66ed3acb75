package io.maxmq.codec.wire;

import io.maxmq.codec.Utf8;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;

/**
 * Lengths and writing of strings and binary data. MQTT 5.0 §1.5. A length is asked for before anything is written, and
 * refuses what can't be. Stateless.
 */
final class FieldWriter {
    private FieldWriter() {}

    /**
     * Returns the number of bytes that a string takes, its two of length included.
     *
     * @throws IllegalArgumentException when it is too long or not what MQTT allows
     */
    static int stringLength(String field, String text) {
        int bytes = Utf8.encodedLength(text);
        if (bytes < 0) {
            throw new IllegalArgumentException(
                    field + " must not hold U+0000 or half of a surrogate pair: characters=" + text.length());
        }
        if (bytes > Utf8.MAX_BYTES) {
            throw new IllegalArgumentException(field + " must not exceed " + Utf8.MAX_BYTES + " bytes: bytes=" + bytes);
        }
        return 2 + bytes;
    }

    static void writeString(ByteBuf out, String text) {
        int bytes = Utf8.encodedLength(text);
        out.writeShort(bytes);
        ByteBufUtil.reserveAndWriteUtf8(out, text, bytes); // writeUtf8 would reserve three bytes a character
    }

    /**
     * Returns the number of bytes that binary data takes, its two of length included.
     *
     * @throws IllegalArgumentException when it is too long
     */
    static int binaryLength(String field, ByteBuffer data) {
        if (data.remaining() > 65_535) {
            throw new IllegalArgumentException(field + " must not exceed 65535 bytes: bytes=" + data.remaining());
        }
        return 2 + data.remaining();
    }

    /** Writes the remaining bytes of {@code data}, a view of this call alone. */
    static void writeBinary(ByteBuf out, ByteBuffer data) {
        out.writeShort(data.remaining());
        out.writeBytes(data);
    }
}
