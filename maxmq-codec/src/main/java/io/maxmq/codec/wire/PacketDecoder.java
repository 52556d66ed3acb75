package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.PingReq;
import io.maxmq.codec.packet.PingResp;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one connection's bytes into packets (MQTT 5.0 §2, §3), as a server or as a client. One loop over each read buffer,
 * straight into the handler; nothing is allocated per PUBLISH or acknowledgement. A packet that is cut off by the end of
 * a read waits in a small buffer of the decoder, which grows with the bytes that arrive and not with what they announce.
 *
 * <p>Ends with the first failure, its own or the handler's, and with {@link #release()}: from then on input is discarded.
 * One thread at a time. Not thread-safe.
 *
 * <pre>{@code
 * PacketDecoder decoder = PacketDecoder.forServer(DecodeLimits.DEFAULT);
 * boolean all = decoder.decode(read, handler); // false: the handler said stop, call again with the rest of read
 * }</pre>
 */
public final class PacketDecoder {
    private static final int SHOWN_BYTES = 64;

    private final boolean server;
    private final DecodeLimits limits;
    private final PropertiesReader properties;

    // Valid for the connection.
    private final Remainder remainder = new Remainder();
    private @Nullable ProtocolVersion version;
    private final FixedHeader header;
    private int packets;
    private boolean ended;
    private byte[] failed = {};
    private @Nullable PacketTap tap;

    // Valid for one packet.
    private final PacketInput input = new PacketInput();
    private final PublishView publish = new PublishView();
    private boolean decoding;

    private PacketDecoder(boolean server, @Nullable ProtocolVersion version, DecodeLimits limits, int maxPacketBytes) {
        this.server = server;
        this.version = version;
        this.limits = limits;
        this.properties = new PropertiesReader(limits, server);
        this.header = new FixedHeader(server, version, maxPacketBytes);
    }

    /**
     * Reads what clients send: a CONNECT first [MQTT-3.1.0-1], which sets the version, and no second one [MQTT-3.1.0-2].
     * Packets may have {@link DecodeLimits#maxPacketBytesBeforeConnect()} until {@link #maxPacketBytes(int)} is called.
     */
    public static PacketDecoder forServer(DecodeLimits limits) {
        return new PacketDecoder(true, null, limits, limits.maxPacketBytesBeforeConnect());
    }

    /** Reads what a server sends to a client of this version. Packets may have {@link DecodeLimits#maxPacketBytes()}. */
    public static PacketDecoder forClient(ProtocolVersion version, DecodeLimits limits) {
        return new PacketDecoder(false, version, limits, limits.maxPacketBytes());
    }

    /** Reads one packet of this side in this version, CONNECT with null; packets may have {@link DecodeLimits#maxPacketBytes()}. */
    static PacketDecoder forOne(boolean server, @Nullable ProtocolVersion version, DecodeLimits limits) {
        return new PacketDecoder(server, version, limits, limits.maxPacketBytes());
    }

    /** Shows complete packets to {@code to} from the next one on, before they are read. Until then packets pass at no cost. */
    public void tap(PacketTap to) {
        tap = to;
    }

    /**
     * Reads all complete packets of {@code in}, after completing one that an earlier read began. The reader index moves
     * behind what was read; {@code in} is not released and not kept. Linear in the readable bytes.
     *
     * @param in a buffer of one piece; one of several is copied as a whole
     * @return true when all bytes were taken; false when the handler said stop (the rest, if any, stays in {@code in}, and
     *     a later call resumes with it), or when the decoder had ended or was released
     * @throws MalformedPacketException when a packet is not MQTT, or not allowed here, or exceeds a limit, with what to
     *     answer; the packets before it were handled, and {@link #version()} tells in which form to answer
     */
    public boolean decode(ByteBuf in, PacketHandler handler) throws MalformedPacketException {
        if (decoding) {
            throw new IllegalStateException("decode is called from its own handler");
        }
        if (ended) {
            in.skipBytes(in.readableBytes());
            return false;
        }
        decoding = true;
        boolean intact = false;
        try {
            boolean more = (remainder.isEmpty() || finishRemainder(in, handler)) && decodeAll(in, handler);
            intact = true;
            return more;
        } finally {
            decoding = false;
            input.clear();
            publish.clear();
            if (!intact) {
                ended = true;
                keepFailed(in);
            }
            if (ended) {
                remainder.release();
            }
        }
    }

    private void keepFailed(ByteBuf in) {
        if (remainder.isEmpty()) {
            failed = new byte[Math.min(SHOWN_BYTES, in.readableBytes())];
            in.getBytes(in.readerIndex(), failed);
        } else {
            ByteBuffer bytes = remainder.bytes();
            failed = new byte[Math.min(SHOWN_BYTES, bytes.remaining())];
            bytes.get(bytes.position(), failed);
        }
    }

    /**
     * Sets how long a whole packet may be from the next one on, 2 or more; a server calls it when the client is accepted.
     */
    public void maxPacketBytes(int maxPacketBytes) {
        header.maxPacketBytes(maxPacketBytes);
    }

    /**
     * The client's version; null on a server until the level of CONNECT was read. Set also when the CONNECT then turns out
     * malformed; still null when its level is unknown, to be answered in the form of 3.1.1 (§3.1.2.2).
     */
    public @Nullable ProtocolVersion version() {
        return version;
    }

    /** The first bytes, 64 at most, of what {@link #decode} has thrown for, and perhaps of what was read with it; empty before. */
    public byte[] failedBytes() {
        return failed.clone();
    }

    /** Returns the memory of the incomplete packet at the end of the last read, in bytes; 0 without one. */
    public int heldBytes() {
        return remainder.heldBytes();
    }

    /**
     * Returns the number of incomplete packets so far. While it stays the same and {@link #heldBytes()} is not 0, the
     * same packet is incomplete.
     */
    public int cutOffPackets() {
        return remainder.begun();
    }

    /** Returns the number of received bytes of the incomplete packet at the end of the last read; 0 without one. */
    public int cutOffBytes() {
        return remainder.receivedBytes();
    }

    /** Returns the number of whole packets that were read so far; wraps around. */
    public int packets() {
        return packets;
    }

    /** Frees the bytes of a packet that was cut off, and ends the decoder. Idempotent; a handler may call it. */
    public void release() {
        ended = true;
        if (!decoding) { // else decode does it when the handler has returned
            remainder.release();
        }
    }

    private boolean decodeAll(ByteBuf in, PacketHandler handler) throws MalformedPacketException { // hot: per message
        int base = in.readerIndex();
        int end = in.readableBytes();
        if (end == 0) {
            return true;
        }
        ByteBuffer bytes = in.nioBuffer(base, end);
        int at = 0;
        try {
            while (at < end) {
                int length = header.packetLength(bytes, at, end);
                if (length == FixedHeader.INCOMPLETE || length > end - at) {
                    remainder.append(in, base + at, end - at, length);
                    at = end;
                    return true;
                }
                boolean more = decodePacket(bytes, at, at + length, handler);
                at += length;
                if (!more || ended) {
                    return false;
                }
            }
            return true;
        } finally {
            in.readerIndex(base + at);
        }
    }

    /** Completes the packet that an earlier read began, if {@code in} has enough. Returns whether to go on. */
    private boolean finishRemainder(ByteBuf in, PacketHandler handler) throws MalformedPacketException {
        while (remainder.packetLength() == FixedHeader.INCOMPLETE && in.isReadable()) {
            remainder.take(in, 1);
            ByteBuffer bytes = remainder.bytes();
            remainder.packetLength(header.packetLength(bytes, 0, bytes.limit()));
        }
        remainder.take(in, remainder.missing());
        if (!remainder.isComplete()) {
            return true; // in is empty now
        }
        ByteBuffer bytes = remainder.bytes();
        header.packetLength(bytes, 0, bytes.limit());
        boolean more = decodePacket(bytes, 0, bytes.limit(), handler);
        remainder.release();
        return more && !ended;
    }

    private boolean decodePacket(ByteBuffer bytes, int start, int end, PacketHandler handler)
            throws MalformedPacketException { // hot: per message
        packets++;
        PacketTap seeing = tap;
        if (seeing != null && !seeing.onPacket(bytes, start, end)) {
            return true;
        }
        int first = bytes.get(start) & 0xFF;
        input.set(bytes, header.bodyStart(), end);
        switch (first >> 4) {
            case 3 -> {
                PublishReader.read(first & 0x0F, input, isV5(), properties, publish);
                return handler.onPublish(publish);
            }
            case 4 -> {
                return decodeAck(PacketType.PUBACK, handler);
            }
            case 5 -> {
                return decodeAck(PacketType.PUBREC, handler);
            }
            case 6 -> {
                return decodeAck(PacketType.PUBREL, handler);
            }
            case 7 -> {
                return decodeAck(PacketType.PUBCOMP, handler);
            }
            default -> {
                return handler.onPacket(decodeOther(first >> 4));
            }
        }
    }

    /** §3.4..3.7: a success reason and empty properties may be omitted. */
    private boolean decodeAck(PacketType type, PacketHandler handler) throws MalformedPacketException {
        int packetId = input.readPacketId();
        ReasonCode reason = ReasonCode.SUCCESS;
        if (isV5() && input.remaining() > 0) {
            reason = input.readReason(type, server);
            if (input.remaining() > 0) {
                properties.check(input, type);
            }
        }
        input.requireEnd(type);
        return handler.onAck(type, packetId, reason);
    }

    private Packet decodeOther(int code) throws MalformedPacketException {
        PacketType type = PacketType.of(code);
        if (type == null) {
            throw new IllegalStateException("the header was not checked: type=" + code);
        }
        Packet packet = switch (type) {
            case CONNECT -> decodeConnect();
            case CONNACK -> ConnAckReader.read(input, isV5(), properties);
            case SUBSCRIBE -> SubscribeReader.readSubscribe(input, isV5(), properties, limits);
            case UNSUBSCRIBE -> SubscribeReader.readUnsubscribe(input, isV5(), properties, limits);
            case SUBACK -> SubAckReader.readSubAck(input, isV5(), properties);
            case UNSUBACK -> SubAckReader.readUnsubAck(input, isV5(), properties);
            case PINGREQ -> PingReq.INSTANCE;
            case PINGRESP -> PingResp.INSTANCE;
            case DISCONNECT -> DisconnectReader.readDisconnect(input, isV5(), properties, server);
            case AUTH -> DisconnectReader.readAuth(input, properties, server);
            case PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP ->
                throw new IllegalStateException("has its own way: type=" + type);
        };
        input.requireEnd(type);
        return packet;
    }

    private Packet decodeConnect() throws MalformedPacketException {
        int level = ConnectReader.readLevel(input);
        ProtocolVersion asked = ConnectReader.version(level);
        version = asked;
        header.version(asked);
        return ConnectReader.read(input, asked, ConnectReader.isBridge(level), properties, limits);
    }

    private boolean isV5() {
        return version == ProtocolVersion.MQTT_5;
    }
}
