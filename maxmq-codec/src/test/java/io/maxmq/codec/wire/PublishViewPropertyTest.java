package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.UserProperty;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;
import net.jqwik.api.statistics.StatisticsReport.StatisticsReportMode;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

@StatisticsReport(StatisticsReportMode.OFF)
class PublishViewPropertyTest {
    /** Both readings take the same packets, and read the same. */
    @Property(tries = 5000)
    void agreesWithTheNaiveReader(@ForAll long seed, @ForAll ProtocolVersion version) throws MalformedPacketException {
        Random random = new Random(seed);
        byte[] packet = publish(random, version);
        if (random.nextInt(3) > 0) {
            int bodyAt = packet[1] >= 0 ? 2 : packet[2] >= 0 ? 3 : 4;
            for (int i = random.nextInt(3); i >= 0; i--) {
                int at = bodyAt + random.nextInt(Math.min(60, packet.length - bodyAt));
                packet[at] = random.nextBoolean()
                        ? (byte) random.nextInt(0x30)
                        : (byte) (packet[at] ^ 1 << random.nextInt(8));
            }
        }

        Publish naive = NaivePublishReader.read(packet, version);
        Publish flyweight = flyweight(packet, version);

        Statistics.label(version.name())
                .collect(naive == null ? "refused" : "read")
                .coverage(coverage -> {
                    coverage.check("refused").percentage(p -> p > 10);
                    coverage.check("read").percentage(p -> p > 10);
                });
        assertThat(flyweight).isEqualTo(naive);
    }

    @Property(tries = 1000)
    void hasTheFieldsOfItsRecord(@ForAll long seed, @ForAll ProtocolVersion version) throws MalformedPacketException {
        Random random = new Random(seed);
        Packets packets = new Packets(random, version, random.nextBoolean());
        Publish publish = packets.publish();
        byte[] topic = publish.topic().getBytes(StandardCharsets.UTF_8);
        ByteBuf bytes = random.nextBoolean() ? Unpooled.buffer() : Unpooled.directBuffer();
        PacketEncoder.encode(publish, version, bytes);

        boolean all = packets.decoder().decode(bytes, new RecordingHandler() {
            @Override
            public boolean onPublish(PublishView view) throws MalformedPacketException {
                view.checkTopic();
                assertThat(view.qos()).isEqualTo(publish.qos());
                assertThat(view.qosCode()).isEqualTo(publish.qos().code());
                assertThat(view.dup()).isEqualTo(publish.dup());
                assertThat(view.retain()).isEqualTo(publish.retain());
                assertThat(view.packetId()).isEqualTo(publish.packetId());
                assertThat(view.copyTopic()).isEqualTo(topic);
                assertThat(view.topicLength()).isEqualTo(topic.length);
                assertThat(view.topicEquals(topic)).isTrue();
                assertThat(view.topicHash()).isEqualTo(PublishView.topicHash(topic));
                assertThat(view.topicAlias()).isEqualTo(publish.properties().intOr(PropertyId.TOPIC_ALIAS, 0));
                assertThat(view.payloadIsText())
                        .isEqualTo(publish.properties().booleanOr(PropertyId.PAYLOAD_FORMAT_INDICATOR, false));
                assertThat(view.messageExpirySeconds())
                        .isEqualTo(publish.properties().longOr(PropertyId.MESSAGE_EXPIRY_INTERVAL, -1));
                assertThat(view.bytes().slice(view.payloadStart(), view.payloadLength()))
                        .isEqualTo(publish.payload());
                byte[] own = new byte[view.propertiesLength()];
                view.bytes().get(view.propertiesStart(), own);
                assertThat(PublishProperties.decode(own)).isEqualTo(publish.properties());
                return true;
            }
        });

        assertThat(all).isTrue();
        bytes.release();
    }

    /** In whatever order the properties come. */
    @Property(tries = 1000)
    void forwardsPropertiesUnalteredAndInOrder(@ForAll long seed) throws MalformedPacketException {
        Random random = new Random(seed);
        Packets packets = new Packets(random, ProtocolVersion.MQTT_5, true);
        List<byte[]> each = new ArrayList<>();
        List<byte[]> forwarded = new ArrayList<>();
        Properties properties = packets.properties(PacketType.PUBLISH);
        for (byte[] property : encodedOneByOne(properties)) {
            each.add(property);
        }
        Collections.shuffle(each, random);
        for (byte[] property : each) {
            if (property[0] != PropertyId.TOPIC_ALIAS.id() && property[0] != PropertyId.MESSAGE_EXPIRY_INTERVAL.id()) {
                forwarded.add(property);
            }
        }
        byte[] all = join(each);
        ByteBuf bytes = Unpooled.buffer().writeByte(0x30);
        VariableByteInteger.write(bytes, 3 + VariableByteInteger.length(all.length) + all.length);
        bytes.writeShort(1).writeByte('a');
        VariableByteInteger.write(bytes, all.length);
        bytes.writeBytes(all);

        List<byte[]> copies = new ArrayList<>();
        packets.decoder().decode(bytes, new RecordingHandler() {
            @Override
            public boolean onPublish(PublishView view) {
                byte[] copy = new byte[2 + view.forwardPropertiesLength()];
                view.copyForwardProperties(copy, 2);
                copies.add(Arrays.copyOfRange(copy, 2, copy.length));
                return true;
            }
        });

        assertThat(copies).singleElement().isEqualTo(join(forwarded));
    }

    @Property
    void tellsTopicsApart(@ForAll @Size(min = 1, max = 40) byte[] topic, @ForAll int at, @ForAll byte other)
            throws MalformedPacketException {
        byte[] changed = topic.clone();
        changed[Math.floorMod(at, topic.length)] = other;
        byte[] longer = Arrays.copyOf(topic, topic.length + 1);
        byte[] shorter = Arrays.copyOf(topic, topic.length - 1);
        ByteBuf bytes = Unpooled.buffer()
                .writeByte(0x30)
                .writeByte(2 + topic.length)
                .writeShort(topic.length)
                .writeBytes(topic);

        new Packets(new Random(0), ProtocolVersion.MQTT_3_1_1, true).decoder().decode(bytes, new RecordingHandler() {
            @Override
            public boolean onPublish(PublishView view) {
                assertThat(view.topicEquals(topic)).isTrue();
                assertThat(view.topicHash()).isEqualTo(PublishView.topicHash(topic));
                assertThat(view.topicEquals(changed)).isEqualTo(Arrays.equals(topic, changed));
                assertThat(view.topicEquals(longer)).isFalse();
                assertThat(view.topicEquals(shorter)).isFalse();
                return true;
            }
        });
    }

    @Example
    void hashesSpreadSimilarTopics() {
        Set<Integer> hashes = new HashSet<>();
        int count = 0;
        for (int length = 0; length < 20; length++) {
            for (int i = 0; i < 1000; i++, count++) {
                hashes.add(PublishView.topicHash(("x".repeat(length) + i).getBytes(StandardCharsets.UTF_8)));
            }
        }

        assertThat(hashes).hasSizeGreaterThan(count - 5); // expected: 0.05 collisions
    }

    private static @Nullable Publish flyweight(byte[] packet, ProtocolVersion version) throws MalformedPacketException {
        RecordingHandler handler = new RecordingHandler();
        try {
            new Packets(new Random(0), version, true).decoder().decode(Unpooled.wrappedBuffer(packet), handler);
            return (Publish) handler.packets.get(0);
        } catch (MalformedPacketException e) {
            return null;
        }
    }

    private static byte[] publish(Random random, ProtocolVersion version) {
        ByteBuf bytes = Unpooled.buffer();
        PacketEncoder.encode(new Packets(random, version, true).publish(), version, bytes);
        return Arrays.copyOf(bytes.array(), bytes.writerIndex());
    }

    private static List<byte[]> encodedOneByOne(Properties properties) {
        List<byte[]> each = new ArrayList<>();
        for (PropertyId id : properties.ids()) {
            if (id == PropertyId.USER_PROPERTY) {
                for (UserProperty pair : properties.userProperties()) {
                    each.add(PublishProperties.encode(Properties.builder()
                            .userProperty(pair.name(), pair.value())
                            .build()));
                }
            } else {
                Properties.Builder alone = properties.toBuilder();
                properties.ids().stream().filter(other -> other != id).forEach(alone::remove);
                each.add(PublishProperties.encode(alone.build()));
            }
        }
        return each;
    }

    private static byte[] join(List<byte[]> parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        parts.forEach(joined::writeBytes);
        return joined.toByteArray();
    }
}
