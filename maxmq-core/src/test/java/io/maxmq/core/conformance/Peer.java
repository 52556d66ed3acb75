package io.maxmq.core.conformance;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The other end of a connection: sends what a test's {@link Script} says, and compares what comes byte by byte, but for the
 * packet ids that are the broker's to choose ({@link MessageIds}). It does nothing by itself. Every read has a deadline. Not thread-safe.
 */
final class Peer implements AutoCloseable {
    private static final int DEADLINE_MILLIS = 30_000;

    private final int level;
    private final MessageIds ids;
    private final Socket socket = new Socket();
    private final InputStream in;

    Peer(int level, String host, int port, MessageIds ids) {
        this.level = level;
        this.ids = ids;
        try {
            socket.connect(new InetSocketAddress(host, port), DEADLINE_MILLIS);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(DEADLINE_MILLIS);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Peer send(String script) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Script.packets(level, script).forEach(packet -> all.writeBytes(ids.sent(packet)));
        return sendBytes(all.toByteArray());
    }

    Peer sendBytes(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** The next packets are exactly these. */
    Peer expect(String script) {
        for (byte[] packet : Script.packets(level, script)) {
            byte[] received = next();
            assertThat(received).as("%s, not the end", Script.show(packet)).isNotNull();
            assertThat(Script.show(received)).as(script).isEqualTo(Script.show(ids.expected(packet, received)));
        }
        return this;
    }

    /** CONNACK of an accepted CONNECT. */
    ConnAck expectAccepted() {
        ConnAck answer = connAck();
        assertThat(answer.reason()).as("reason of CONNACK").isZero();
        return answer;
    }

    /** CONNACK with this code, then the end. Code 0x80 and above at level 5, below at level 4. */
    void expectRefused(int reason) {
        ConnAck answer = connAck();
        assertThat(answer.reason()).as("reason of CONNACK").isEqualTo(reason);
        assertThat(answer.sessionPresent()).as("session present").isFalse();
        expectEnd();
    }

    ConnAck connAck() {
        byte[] packet = next();
        assertThat(packet).as("CONNACK, not the end").isNotNull();
        assertThat(packet[0]).as("first byte of CONNACK").isEqualTo((byte) 0x20);
        return ConnAck.of(level, bodyOf(packet));
    }

    /** Closed, at level 5 after a DISCONNECT with this reason. */
    void expectDisconnect(int reason) {
        if (level == 5) {
            byte[] packet = next();
            assertThat(packet).as("DISCONNECT, not the end").isNotNull();
            assertThat(packet[0]).as("first byte of %s", Script.show(packet)).isEqualTo((byte) 0xE0);
            byte[] body = bodyOf(packet);
            assertThat(body.length == 0 ? 0 : body[0] & 0xFF)
                    .as("reason of %s", Script.show(packet))
                    .isEqualTo(reason);
        }
        expectEnd();
    }

    /** Closed, and nothing before. */
    void expectEnd() {
        byte[] packet = next();
        if (packet != null) {
            throw new AssertionError("not the end, but " + Script.show(packet));
        }
    }

    /** Nothing was on its way to this peer before what it sent last was handled. */
    Peer expectNothing() {
        return send("C0:").expect("D0:");
    }

    /** The next packet, which has this first byte. */
    byte[] body(int first) {
        byte[] packet = next();
        assertThat(packet).as("packet %x, not the end", first).isNotNull();
        assertThat(packet[0] & 0xFF).as("first byte of %s", Script.show(packet)).isEqualTo(first);
        return bodyOf(packet);
    }

    private static byte[] bodyOf(byte[] packet) {
        int from = 1;
        while (packet[from] < 0) {
            from++;
        }
        byte[] body = new byte[packet.length - from - 1];
        System.arraycopy(packet, from + 1, body, 0, body.length);
        return body;
    }

    /** A whole packet, or null at the end. Its remaining length has no byte too many. */
    byte @Nullable [] next() {
        try {
            int first = in.read();
            if (first < 0) {
                return null;
            }
            int length = 0;
            int shift = 0;
            int digit;
            do {
                digit = in.read();
                if (digit < 0) {
                    return null;
                }
                length |= (digit & 0x7F) << shift;
                shift += 7;
            } while (digit >= 0x80 && shift < 28);
            assertThat(shift)
                    .as("bytes of remaining length %d, times 7", length)
                    .isEqualTo(7 * Script.varint(length).length);
            byte[] body = in.readNBytes(length);
            assertThat(body.length).as("bytes of packet %x", first).isEqualTo(length);
            ByteArrayOutputStream packet = new ByteArrayOutputStream();
            packet.write(first);
            packet.writeBytes(Script.varint(length));
            packet.writeBytes(body);
            return packet.toByteArray();
        } catch (SocketTimeoutException e) {
            throw new AssertionError("neither a packet nor the end within " + DEADLINE_MILLIS + " ms", e);
        } catch (IOException e) {
            // A reset: the broker closed with bytes of ours unread.
            return null;
        }
    }

    /** Ends without goodbye. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
