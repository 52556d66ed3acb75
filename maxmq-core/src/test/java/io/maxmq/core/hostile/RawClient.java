package io.maxmq.core.hostile;

import io.maxmq.MaxMQ;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client that sends bytes and reads packets, and does nothing by itself: it acknowledges nothing and keeps nothing
 * alive. Every read has a deadline. Not thread-safe.
 */
final class RawClient implements AutoCloseable {
    static final int DEADLINE_MILLIS = 30_000;

    final int level;
    private final Socket socket;
    private final InputStream in;

    /** What the broker has sent. */
    record Frame(int first, byte[] body) {
        int type() {
            return first & 0xF0;
        }

        int u16(int at) {
            return (body[at] & 0xFF) << 8 | body[at + 1] & 0xFF;
        }

        int u8(int at) {
            return body[at] & 0xFF;
        }

        /** The packet id of an acknowledgement. */
        int packetId() {
            return u16(0);
        }

        /** The packet id of a PUBLISH of QoS 1 or 2. */
        int publishId() {
            return u16(2 + u16(0));
        }

        int qos() {
            return first >> 1 & 3;
        }

        String topic() {
            return new String(body, 2, u16(0), java.nio.charset.StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            return "Frame[" + Integer.toHexString(first) + " "
                    + Arrays.toString(Arrays.copyOf(body, Math.min(body.length, 32))) + "]";
        }
    }

    private RawClient(int level, Socket socket) {
        this.level = level;
        this.socket = socket;
        try {
            socket.setSoTimeout(DEADLINE_MILLIS);
            this.in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A socket that has sent nothing yet. */
    static RawClient open(int level, MaxMQ broker) {
        return open(level, broker.listeners().tcp().port(), 0);
    }

    /** @param receiveBufferBytes the socket's; 0 for the default */
    static RawClient open(int level, int port, int receiveBufferBytes) {
        try {
            Socket socket = new Socket();
            if (receiveBufferBytes > 0) {
                socket.setReceiveBufferSize(receiveBufferBytes);
            }
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress("127.0.0.1", port), DEADLINE_MILLIS);
            return new RawClient(level, socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static RawClient over(int level, Socket socket) {
        return new RawClient(level, socket);
    }

    /** Connected, with a clean start. */
    static RawClient connected(int level, MaxMQ broker, String clientId) {
        RawClient client = open(level, broker);
        client.send(Wire.connect(level, clientId)).expectAccepted();
        return client;
    }

    RawClient send(byte[]... packets) {
        try {
            socket.getOutputStream().write(Wire.concat(packets));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends; false when the broker has closed meanwhile. */
    boolean trySend(byte[]... packets) {
        try {
            socket.getOutputStream().write(Wire.concat(packets));
            return true;
        } catch (IOException closed) {
            return false;
        }
    }

    /** The next packet; null when the broker has closed. Fails when neither comes in time. */
    @Nullable
    Frame read() {
        try {
            int first = in.read();
            if (first < 0) {
                return null;
            }
            int length = 0;
            for (int shift = 0; ; shift += 7) {
                int digit = in.read();
                if (digit < 0) {
                    return null;
                }
                length |= (digit & 0x7F) << shift;
                if (digit < 0x80) {
                    break;
                }
            }
            byte[] body = in.readNBytes(length);
            return body.length < length ? null : new Frame(first, body);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("neither a packet nor the end within " + DEADLINE_MILLIS + " ms", e);
        } catch (SocketException | EOFException reset) {
            return null;
        } catch (IOException e) {
            if ("stream closed".equals(e.getMessage())) {
                return null;
            }
            throw new UncheckedIOException(e);
        }
    }

    /** The next packet, which is of this type. */
    Frame expect(int type) {
        Frame frame = read();
        assertThat(frame).as("packet %x, not the end", type).isNotNull();
        assertThat(frame.type()).as("type of %s", frame).isEqualTo(type & 0xF0);
        return frame;
    }

    RawClient expectAccepted() {
        Frame connack = expect(Wire.CONNACK);
        assertThat(connack.u8(1)).as("return code of CONNACK").isZero();
        return this;
    }

    /** Reads until the broker closes; gives the last packet, or null when there was none. */
    @Nullable
    Frame readToEnd() {
        Frame last = null;
        for (Frame next = read(); next != null; next = read()) {
            last = next;
        }
        return last;
    }

    /** Reads up to so many bytes, whatever they are; 0 when the broker has closed. */
    int readSome(int bytes) {
        try {
            return Math.max(0, in.read(new byte[bytes]));
        } catch (IOException closed) {
            return 0;
        }
    }

    /** A PINGREQ comes back: the broker has taken everything before it, and this connection lives. */
    RawClient ping() {
        send(Wire.PINGREQ).expect(0xD0);
        return this;
    }

    void timeoutMillis(int millis) {
        try {
            socket.setSoTimeout(millis);
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends without goodbye. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException ignored) {
            // It is gone either way.
        }
    }

    /** Ends with a reset instead of an end of stream. */
    void reset() {
        try {
            socket.setSoLinger(true, 0);
        } catch (SocketException ignored) {
            // Closed already.
        }
        close();
    }
}
