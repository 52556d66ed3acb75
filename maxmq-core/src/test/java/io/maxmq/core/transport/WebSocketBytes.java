package io.maxmq.core.transport;

import java.io.ByteArrayOutputStream;

/** Frames as clients send them (RFC 6455 §5.2), written the plain way. */
public final class WebSocketBytes {
    private WebSocketBytes() {}

    public static byte[] frame(boolean last, int opcode, byte[] payload, int mask) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write((last ? 0x80 : 0) | opcode);
        if (payload.length < 126) {
            frame.write(0x80 | payload.length);
        } else if (payload.length < 65_536) {
            frame.write(0x80 | 126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        } else {
            frame.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) payload.length >> shift));
            }
        }
        for (int shift = 24; shift >= 0; shift -= 8) {
            frame.write(mask >> shift);
        }
        for (int i = 0; i < payload.length; i++) {
            frame.write(payload[i] ^ mask >> 8 * (3 - i % 4));
        }
        return frame.toByteArray();
    }
}
