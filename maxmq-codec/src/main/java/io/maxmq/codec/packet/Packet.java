package io.maxmq.codec.packet;

import io.maxmq.codec.PacketType;

/**
 * A control packet, one record each, the same for all protocol versions: what a version does not know is empty
 * ({@link Properties#NONE}, {@code SUCCESS}) and not written. The records check the ranges that the wire format can
 * carry; what belongs into which packet and state is checked where bytes are read, or by the broker. Immutable: buffers
 * are read-only, and each call of their accessor gives a fresh view.
 */
public sealed interface Packet
        permits Connect,
                ConnAck,
                Publish,
                PublishAck,
                Subscribe,
                SubAck,
                Unsubscribe,
                UnsubAck,
                PingReq,
                PingResp,
                Disconnect,
                Auth {
    /** Which record this is; dispatch on it and cast. */
    PacketType type();
}
