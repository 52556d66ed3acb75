package io.maxmq.core.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import static org.assertj.core.api.Assertions.assertThat;

/** However frames are cut, the same comes out of them; and random bytes do no harm. */
class WebSocketFramesPropertyTest {
    private final ByteArrayOutputStream expected = new ByteArrayOutputStream();
    private final List<byte[]> expectedPings = new ArrayList<>();

    private byte[] frames(Random random, int count) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        boolean inMessage = false;
        for (int i = 0; i < count; i++) {
            if (random.nextInt(4) == 0) { // control frames stand between those of a message too
                byte[] payload = bytes(random, random.nextInt(126));
                boolean ping = random.nextBoolean();
                if (ping) {
                    expectedPings.add(payload);
                }
                all.writeBytes(WebSocketBytes.frame(true, ping ? 9 : 10, payload, random.nextInt()));
            }
            byte[] payload = bytes(random, length(random));
            boolean last = random.nextInt(3) > 0;
            all.writeBytes(WebSocketBytes.frame(last, inMessage ? 0 : 2, payload, random.nextInt()));
            inMessage = !last;
            expected.writeBytes(payload);
        }
        return all.toByteArray();
    }

    private static int length(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> 125 + random.nextInt(3);
            case 2 -> 65_534 + random.nextInt(4);
            default -> random.nextInt(300);
        };
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Property(tries = 200)
    void anySplitGivesTheSame(@ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int count) {
        expected.reset();
        expectedPings.clear();
        Random random = new Random(seed);
        byte[] sent = frames(random, count);
        int longest = 1 + random.nextInt(random.nextBoolean() ? 8 : 20_000);
        List<byte[]> pings = new ArrayList<>();
        WebSocketFrames frames = new WebSocketFrames((payload, length) -> pings.add(Arrays.copyOf(payload, length)));
        ByteArrayOutputStream got = new ByteArrayOutputStream();

        for (int at = 0; at < sent.length; ) {
            int end = Math.min(sent.length, at + 1 + random.nextInt(longest));
            int before = random.nextInt(3);
            ByteBuf read = Unpooled.buffer()
                    .writeZero(before)
                    .writeBytes(sent, at, end - at)
                    .skipBytes(before);
            frames.decode(read);
            got.writeBytes(ByteBufUtil.getBytes(read));
            at = end;
        }

        assertThat(frames.closeCode()).isZero();
        assertThat(got.toByteArray()).isEqualTo(expected.toByteArray());
        assertThat(pings).containsExactlyElementsOf(expectedPings);
    }

    @Property(tries = 2000)
    void randomBytesEndTheConnectionOrAreFrames(@ForAll @Size(max = 300) byte[] sent, @ForAll long seed) {
        Random random = new Random(seed);
        WebSocketFrames whole =
                new WebSocketFrames((payload, length) -> assertThat(length).isLessThan(126));
        WebSocketFrames cut =
                new WebSocketFrames((payload, length) -> assertThat(length).isLessThan(126));
        ByteBuf read = Unpooled.copiedBuffer(sent);
        ByteArrayOutputStream got = new ByteArrayOutputStream();

        whole.decode(read);
        for (int at = 0; at < sent.length; ) {
            int end = Math.min(sent.length, at + 1 + random.nextInt(5));
            ByteBuf part = Unpooled.copiedBuffer(sent, at, end - at);
            cut.decode(part);
            got.writeBytes(ByteBufUtil.getBytes(part));
            at = end;
        }

        assertThat(cut.closeCode()).isEqualTo(whole.closeCode());
        assertThat(got.toByteArray()).isEqualTo(ByteBufUtil.getBytes(read));
    }
}
