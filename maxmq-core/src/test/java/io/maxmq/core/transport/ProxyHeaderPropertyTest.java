package io.maxmq.core.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What proxies say about their clients, however it is cut. */
class ProxyHeaderPropertyTest {
    private static final byte[] SIGNATURE = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};

    /** The source, and what follows the header; fails when it is not complete. */
    private record Read(@Nullable InetSocketAddress source, String rest) {}

    private static Read read(byte[] bytes, Random random) throws ProxyHeader.MalformedException {
        ProxyHeader header = new ProxyHeader();
        StringBuilder rest = new StringBuilder();
        boolean complete = false;
        for (int at = 0; at < bytes.length; ) {
            int end = Math.min(bytes.length, at + 1 + random.nextInt(20));
            ByteBuf part = Unpooled.copiedBuffer(bytes, at, end - at);
            complete = header.read(part);
            rest.append(part.toString(StandardCharsets.ISO_8859_1));
            assertThat(complete || !part.isReadable()).isTrue();
            at = end;
        }
        assertThat(complete).isTrue();
        return new Read(header.source(), rest.toString());
    }

    private static byte[] version2(int command, int family, byte[] source, byte[] destination, int port, byte[] more) {
        ByteBuf header = Unpooled.buffer();
        header.writeBytes(SIGNATURE).writeByte(command).writeByte(family);
        header.writeShort(source.length + destination.length + 4 + more.length);
        header.writeBytes(source).writeBytes(destination).writeShort(port).writeShort(1883);
        header.writeBytes(more);
        return ByteBufUtil.getBytes(header.writeBytes("rest".getBytes(StandardCharsets.US_ASCII)));
    }

    @Property(tries = 300)
    void version2IsReadHoweverItIsCut(@ForAll long seed, @ForAll boolean ipv4, @ForAll @Size(max = 400) byte[] more)
            throws Exception {
        Random random = new Random(seed);
        byte[] source = new byte[ipv4 ? 4 : 16];
        random.nextBytes(source);
        int port = random.nextInt(0x10000);

        Read read = read(version2(0x21, ipv4 ? 0x11 : 0x21, source, new byte[source.length], port, more), random);

        assertThat(read.rest()).isEqualTo("rest");
        assertThat(read.source()).isEqualTo(new InetSocketAddress(InetAddress.getByAddress(source), port));
    }

    @Property(tries = 300)
    void version1IsReadHoweverItIsCut(@ForAll long seed, @ForAll boolean ipv4) throws Exception {
        Random random = new Random(seed);
        byte[] source = new byte[ipv4 ? 4 : 16];
        random.nextBytes(source);
        source[0] = 1; // an IPv4 address that is written as IPv6 would become one
        InetAddress address = InetAddress.getByAddress(source);
        int port = random.nextInt(0x10000);
        String line = "PROXY " + (ipv4 ? "TCP4 " : "TCP6 ") + address.getHostAddress() + " "
                + (ipv4 ? "10.0.0.1" : "::1") + " " + port + " 1883\r\n";

        Read read = read((line + "\r\nrest").getBytes(StandardCharsets.US_ASCII), random);

        assertThat(read.rest()).isEqualTo("\r\nrest");
        assertThat(read.source()).isEqualTo(new InetSocketAddress(address, port));
    }

    @Property(tries = 1000)
    void anythingElseIsRefusedOrNotComplete(@ForAll @Size(max = 200) byte[] bytes, @ForAll boolean signed) {
        ByteBuf all = signed ? Unpooled.wrappedBuffer(SIGNATURE, bytes) : Unpooled.copiedBuffer(bytes);
        try {
            new ProxyHeader().read(all);
        } catch (ProxyHeader.MalformedException e) {
            assertThat(e).hasMessageStartingWith(e.getMessage().startsWith("no") ? "no PROXY header" : "PROXY ");
        }
    }

    @Example
    void aProxyMaySpeakForItself() throws Exception {
        byte[] local = version2(0x20, 0x00, new byte[0], new byte[0], 0, new byte[0]);
        byte[] unix = version2(0x21, 0x31, new byte[108], new byte[108], 0, new byte[0]);

        assertThat(read(local, new Random(1))).isEqualTo(new Read(null, "rest"));
        assertThat(read(unix, new Random(1))).isEqualTo(new Read(null, "rest"));
        assertThat(read("PROXY UNKNOWN\r\nrest".getBytes(StandardCharsets.US_ASCII), new Random(1)))
                .isEqualTo(new Read(null, "rest"));
    }

    @Example
    void whatIsNotQuiteRightIsRefused() {
        for (String line : new String[] {
            "PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n",
            "PROXY TCP4 1.2.3.4 ::1 1 2\r\n",
            "PROXY TCP6 1.2.3.4 ::1 1 2\r\n",
            "PROXY TCP4 localhost 1.2.3.4 1 2\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 1 +2\r\n",
            "PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n",
            "PROXY " + "x".repeat(101) + "\r\n",
            "proxy TCP4",
            "\u0010\u000C",
        }) {
            assertThatThrownBy(() -> new ProxyHeader().read(Unpooled.copiedBuffer(line, StandardCharsets.ISO_8859_1)))
                    .as(line)
                    .isInstanceOf(ProxyHeader.MalformedException.class);
        }
        byte[] tooShort = version2(0x21, 0x21, new byte[4], new byte[4], 1, new byte[0]);
        byte[] tooLong = version2(0x21, 0x11, new byte[4], new byte[4], 1, new byte[5000]);
        byte[] version3 = version2(0x31, 0x11, new byte[4], new byte[4], 1, new byte[0]);
        for (byte[] each : new byte[][] {tooShort, tooLong, version3}) {
            assertThatThrownBy(() -> new ProxyHeader().read(Unpooled.wrappedBuffer(each)))
                    .isInstanceOf(ProxyHeader.MalformedException.class);
        }
    }
}
