package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import static org.assertj.core.api.Assertions.assertThat;

class RoundTripPropertyTest {
    @Property(tries = 2000)
    void readsWhatWasWritten(@ForAll long seed, @ForAll ProtocolVersion version, @ForAll boolean fromClient)
            throws MalformedPacketException {
        Packets packets = new Packets(new Random(seed), version, fromClient);
        Packet packet = packets.next();
        ByteBuf bytes = Unpooled.buffer();

        PacketEncoder.encode(packet, version, bytes);

        RecordingHandler handler = new RecordingHandler();
        assertThat(bytes.readableBytes()).isEqualTo(PacketEncoder.encodedLength(packet, version));
        assertThat(packets.decoder().decode(bytes, handler)).isTrue();
        assertThat(handler.packets).containsExactly(received(packet));
    }

    @Property(tries = 1000)
    void readsTheConnectThatWasWritten(@ForAll long seed, @ForAll ProtocolVersion version)
            throws MalformedPacketException {
        Packet connect = new Packets(new Random(seed), version, true).next(PacketType.CONNECT);
        ByteBuf bytes = Unpooled.buffer();
        PacketEncoder.encode(connect, version, bytes);
        PacketDecoder decoder = PacketDecoder.forServer(DecodeLimits.DEFAULT);
        RecordingHandler handler = new RecordingHandler();

        decoder.decode(bytes, handler);

        assertThat(handler.packets).containsExactly(connect);
        assertThat(decoder.version()).isEqualTo(version);
    }

    @Property(tries = 500)
    void readsTheSameHoweverTheBytesAreCut(
            @ForAll long seed, @ForAll ProtocolVersion version, @ForAll boolean fromClient)
            throws MalformedPacketException {
        Random random = new Random(seed);
        Packets packets = new Packets(random, version, fromClient);
        List<Packet> sent = new ArrayList<>();
        ByteBuf bytes = Unpooled.buffer();
        for (int i = 0; i < 5; i++) {
            Packet packet = packets.next();
            PacketEncoder.encode(packet, version, bytes);
            sent.add(received(packet));
        }
        PacketDecoder decoder = packets.decoder();
        RecordingHandler handler = new RecordingHandler();

        int longest = 1 + random.nextInt(random.nextBoolean() ? 4 : 2 + bytes.readableBytes());
        while (bytes.isReadable()) {
            int length = Math.min(bytes.readableBytes(), 1 + random.nextInt(longest));
            ByteBuf read = random.nextBoolean() ? Unpooled.buffer(length) : Unpooled.directBuffer(length);
            read.writeBytes(bytes, length);
            assertThat(decoder.decode(read, handler)).isTrue();
            assertThat(read.isReadable()).isFalse();
            read.release();
        }

        assertThat(handler.packets).isEqualTo(sent);
    }

    @Property(tries = 300)
    void resumesWhereverTheHandlerStops(@ForAll long seed, @ForAll ProtocolVersion version)
            throws MalformedPacketException {
        Random random = new Random(seed);
        Packets packets = new Packets(random, version, true);
        List<Packet> sent = new ArrayList<>();
        ByteBuf bytes = Unpooled.buffer();
        for (int i = 0; i < 5; i++) {
            Packet packet = packets.next();
            PacketEncoder.encode(packet, version, bytes);
            sent.add(received(packet));
        }
        PacketDecoder decoder = packets.decoder();
        RecordingHandler handler = new RecordingHandler() {
            @Override
            boolean goOn() {
                return random.nextBoolean();
            }
        };

        while (bytes.isReadable()) {
            ByteBuf read = bytes.readSlice(1 + random.nextInt(bytes.readableBytes()));
            while (!decoder.decode(read, handler)) {
                assertThat(handler.packets.size()).isLessThanOrEqualTo(sent.size());
            }
        }

        assertThat(handler.packets).isEqualTo(sent);
    }

    /** The tests above are worth little if the generator leaves packets out. */
    @Example
    void generatesEveryPacketOfEachVersion() {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            Set<PacketType> types = EnumSet.of(PacketType.CONNECT);
            for (boolean fromClient : new boolean[] {true, false}) {
                Packets packets = new Packets(new Random(1), version, fromClient);
                for (int i = 0; i < 1000; i++) {
                    types.add(packets.next().type());
                }
            }
            Set<PacketType> expected = EnumSet.allOf(PacketType.class);
            if (!version.isV5()) {
                expected.remove(PacketType.AUTH);
            }
            assertThat(types).isEqualTo(expected);
        }
    }

    /** The properties of acknowledgements are validated and dropped. */
    static Packet received(Packet packet) {
        return switch (packet.type()) {
            case PUBACK -> new PubAck(((PubAck) packet).packetId(), ((PubAck) packet).reason(), Properties.NONE);
            case PUBREC -> new PubRec(((PubRec) packet).packetId(), ((PubRec) packet).reason(), Properties.NONE);
            case PUBREL -> new PubRel(((PubRel) packet).packetId(), ((PubRel) packet).reason(), Properties.NONE);
            case PUBCOMP -> new PubComp(((PubComp) packet).packetId(), ((PubComp) packet).reason(), Properties.NONE);
            default -> packet;
        };
    }
}
