package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.wire.PacketSamples.Sample;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

import static org.assertj.core.api.Assertions.assertThat;

/** Bytes that nobody should send throw {@link MalformedPacketException}, and nothing else happens. */
class HostileBytesPropertyTest {
    @Property(tries = 3000)
    void survivesRandomBytes(
            @ForAll @Size(max = 60) byte[] bytes, @ForAll ProtocolVersion version, @ForAll boolean fromClient)
            throws MalformedPacketException {
        outcome(new Packets(new Random(0), version, fromClient).decoder(), bytes);
        outcome(PacketDecoder.forServer(DecodeLimits.DEFAULT), bytes);
    }

    @Property(tries = 3000)
    void survivesRandomBodies(@ForAll long seed, @ForAll ProtocolVersion version, @ForAll boolean fromClient)
            throws MalformedPacketException {
        Random random = new Random(seed);
        byte[] bytes = new byte[2 + random.nextInt(40)];
        random.nextBytes(bytes);
        for (int i = 2; i < bytes.length; i++) {
            bytes[i] &= random.nextInt(4) == 0 ? (byte) 0xFF : 0x03; // short lengths, common ids
        }
        bytes[1] = (byte) (bytes.length - 2);

        outcome(new Packets(random, version, fromClient).decoder(), bytes);
    }

    @Property(tries = 5000)
    void survivesMutatedPackets(@ForAll long seed) {
        Random random = new Random(seed);
        List<Sample> samples = PacketSamples.all();
        Sample sample = samples.get(random.nextInt(samples.size()));

        outcome(PacketSamplesTest.decoder(sample), mutate(sample.bytes(), random));
    }

    @Property(tries = 2000)
    void survivesMutatedGeneratedPackets(@ForAll long seed, @ForAll ProtocolVersion version)
            throws MalformedPacketException {
        Random random = new Random(seed);
        boolean fromClient = random.nextBoolean();
        Packets packets = new Packets(random, version, fromClient);
        ByteBuf bytes = Unpooled.buffer();
        PacketEncoder.encode(packets.next(), version, bytes);
        byte[] array = Arrays.copyOf(bytes.array(), bytes.writerIndex());

        outcome(packets.decoder(), mutate(array, random));
    }

    /** What stands behind a packet must not matter: all outcomes are those of the packet alone. */
    @Property(tries = 3000)
    void neverReadsPastThePacket(@ForAll long seed) {
        Random random = new Random(seed);
        List<Sample> samples = PacketSamples.all();
        Sample sample = samples.get(random.nextInt(samples.size()));
        byte[] bytes = mutateBody(sample.bytes(), random);

        Object alone = firstOutcome(sample, bytes, new byte[0]);
        Object poisoned = firstOutcome(sample, bytes, Bytes.of("FF FF FF FF FF FF FF FF FF FF"));
        Object continued = firstOutcome(sample, bytes, Bytes.of("00 01 'a' 00 01 'b' 00 00 00 00"));

        assertThat(poisoned).isEqualTo(alone);
        assertThat(continued).isEqualTo(alone);
    }

    /** Decodes from an array that ends with the bytes, so that a read behind them fails, and checks for leaks. */
    private static void outcome(PacketDecoder decoder, byte[] bytes) {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
        ByteBuf in = allocator.heapBuffer(bytes.length, bytes.length).writeBytes(bytes);
        RecordingHandler handler = new RecordingHandler();
        try {
            boolean all = decoder.decode(in, handler);
            assertThat(all).isTrue();
            assertThat(in.isReadable()).isFalse();
        } catch (MalformedPacketException e) {
            assertThat(e.reason().isError()).isTrue();
            assertThat(e.getMessage()).isNotBlank();
        }
        assertThat(in.readerIndex()).isLessThanOrEqualTo(in.writerIndex());
        in.release();
        decoder.release();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    /** The first packet or refusal, or a text when neither comes. */
    private static Object firstOutcome(Sample sample, byte[] bytes, byte[] behind) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes, behind);
        ByteBuf whole = Unpooled.buffer().writeBytes(in);
        RecordingHandler first = new RecordingHandler() {
            @Override
            boolean goOn() {
                return false;
            }
        };
        try {
            PacketSamplesTest.decoder(sample).decode(whole, first);
        } catch (MalformedPacketException e) {
            return e.reason() + " " + e.getMessage();
        }
        if (first.packets.isEmpty()) {
            return "incomplete";
        }
        Packet packet = first.packets.get(0);
        return List.of(packet, whole.readerIndex());
    }

    private static byte[] mutate(byte[] bytes, Random random) {
        byte[] mutated =
                random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 4)) : bytes.clone();
        for (int i = random.nextInt(4); i > 0 && mutated.length > 0; i--) {
            int at = random.nextInt(mutated.length);
            mutated[at] = switch (random.nextInt(3)) {
                case 0 -> (byte) random.nextInt(256);
                case 1 -> (byte) (mutated[at] ^ 1 << random.nextInt(8));
                default -> (byte) (mutated[at] + random.nextInt(3) - 1);
            };
        }
        return mutated;
    }

    /** Leaves the header as it is, so that the packet is as long as its bytes. */
    private static byte[] mutateBody(byte[] bytes, Random random) {
        byte[] mutated = bytes.clone();
        for (int i = random.nextInt(4); i > 0 && mutated.length > 2 && mutated[1] >= 0; i--) {
            int at = 2 + random.nextInt(mutated.length - 2);
            mutated[at] = (byte) (mutated[at] + 1 + random.nextInt(255));
        }
        return mutated;
    }
}
