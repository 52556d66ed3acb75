package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The smallest server side of a connection, as README.md shows it. */
class TutorialTest {
    /** One connection: bytes in by {@link #read}, bytes out in {@link #out}. */
    static final class Connection implements PacketHandler {
        final PacketDecoder decoder = PacketDecoder.forServer(DecodeLimits.DEFAULT);
        final ByteBuf out = Unpooled.buffer();
        boolean open = true;

        void read(ByteBuf in) {
            try {
                decoder.decode(in, this);
            } catch (MalformedPacketException e) {
                close(e.reason());
            }
        }

        @Override
        public boolean onPacket(Packet packet) {
            switch (packet.type()) {
                case CONNECT -> {
                    decoder.maxPacketBytes(DecodeLimits.DEFAULT.maxPacketBytes());
                    write(new ConnAck(false, ReasonCode.SUCCESS, Properties.NONE));
                }
                case DISCONNECT -> open = false;
                default -> close(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
            }
            return open;
        }

        @Override
        public boolean onPublish(PublishView publish) throws MalformedPacketException {
            publish.checkTopic();
            if (publish.qosCode() == 1) {
                AckFrame.write(out, PacketType.PUBACK, publish.packetId());
            }
            return true;
        }

        @Override
        public boolean onAck(PacketType type, int packetId, ReasonCode reason) {
            return true;
        }

        private void close(ReasonCode reason) {
            if (decoder.version() == ProtocolVersion.MQTT_5) {
                write(Disconnect.of(reason));
            }
            open = false;
            decoder.release();
        }

        private void write(Packet packet) {
            ProtocolVersion version = decoder.version();
            PacketEncoder.encode(packet, version == null ? ProtocolVersion.MQTT_3_1_1 : version, out);
        }
    }

    @Test
    void answersAClient() throws MalformedPacketException {
        Connection connection = new Connection();
        RecordingHandler client = new RecordingHandler();

        ByteBuf sent = Unpooled.buffer();
        PacketEncoder.encode(Connect.of(ProtocolVersion.MQTT_5, "client", true, 60), ProtocolVersion.MQTT_5, sent);
        sent.writeBytes(Bytes.of("32 08 00 01 'a' 00 07 00 'hi'")); // PUBLISH
        sent.writeBytes(Bytes.of("C1 00")); // PINGREQ with a flag
        connection.read(sent);

        PacketDecoder.forClient(ProtocolVersion.MQTT_5, DecodeLimits.DEFAULT).decode(connection.out, client);
        assertThat(connection.open).isFalse();
        assertThat(client.packets)
                .containsExactly(
                        new ConnAck(false, ReasonCode.SUCCESS, Properties.NONE),
                        PubAck.of(7),
                        Disconnect.of(ReasonCode.MALFORMED_PACKET));
    }

    @Test
    void trimsAnAnswer() {
        ByteBuf out = Unpooled.buffer();
        Properties properties = Properties.builder()
                .set(PropertyId.REASON_STRING, "maintenance until noon")
                .build();

        boolean written = PacketEncoder.encode(
                new Disconnect(ReasonCode.SERVER_SHUTTING_DOWN, properties), ProtocolVersion.MQTT_5, out, 20);

        assertThat(written).isTrue();
        assertThat(out.readableBytes()).isEqualTo(3);
    }
}
