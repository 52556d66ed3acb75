package io.maxmq.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One client of the generator: framing, CONNECT and SUBSCRIBE; what a PUBLISH or an acknowledgement means is up to the
 * subclass. Many packets leave with one write and are parsed from one read. Runs on the thread of its loop.
 */
abstract class ClientConnection {
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);
    private static final byte[] NO_BYTES = new byte[0];
    private static final int KEEP_ALIVE_SECONDS = 600;

    private final LoadLoop loop;
    private final String clientId;
    private final boolean lasting;

    private @Nullable SocketChannel channel;
    private @Nullable Carrier carrier;
    private @Nullable SelectionKey key;
    /** Between position 0 and position: bytes that still have to be written. */
    ByteBuffer out = EMPTY;
    /** The beginning of a packet whose end has not been read. */
    private byte[] remainder = NO_BYTES;

    private int remainderBytes;
    private boolean acknowledged;
    private boolean ready;
    private boolean sessionPresent;
    private boolean subscribed;
    private boolean closed;

    ClientConnection(LoadLoop loop, String clientId) {
        this(loop, clientId, false);
    }

    /** @param lasting whether its session outlives the connection */
    ClientConnection(LoadLoop loop, String clientId, boolean lasting) {
        this.loop = loop;
        this.clientId = clientId;
        this.lasting = lasting;
    }

    final boolean isReady() {
        return ready;
    }

    /** Returns whether the broker had a session of this client. */
    final boolean isSessionPresent() {
        return sessionPresent;
    }

    final boolean isSubscribed() {
        return subscribed;
    }

    final boolean isClosed() {
        return closed;
    }

    final void opening(SocketChannel newChannel, SelectionKey newKey) {
        channel = newChannel;
        key = newKey;
        carrier = Carrier.of(loop.endpoint.over(), newChannel);
    }

    final void finishConnect(SelectionKey connectKey) throws IOException {
        if (open().finishConnect()) {
            connectKey.interestOps(SelectionKey.OP_READ);
            carrier().begin();
            if (carrier().isOpen()) {
                sendConnect();
            }
        }
    }

    private void sendConnect() throws IOException {
        send(Wire.connect(loop.endpoint.version(), clientId, KEEP_ALIVE_SECONDS, lasting));
    }

    /** Reads once. An incomplete packet at the end is kept for the next time. */
    final void read(ByteBuffer in) throws IOException {
        in.clear();
        in.put(remainder, 0, remainderBytes);
        boolean wasOpen = carrier().isOpen();
        if (carrier().read(in) < 0) {
            onEnd();
            return;
        }
        loop.tick();
        if (!wasOpen && carrier().isOpen()) {
            sendConnect();
        }
        int end = in.position();
        int parsed = parse(in, end);
        remainderBytes = end - parsed;
        if (remainder.length < remainderBytes) {
            remainder = new byte[Math.max(256, remainderBytes)];
        }
        in.get(parsed, remainder, 0, remainderBytes);
        if (acknowledged) {
            acknowledged = false;
            flush();
        }
    }

    /** Hands over all complete packets in [0, end) and returns where the first incomplete one begins. */
    private int parse(ByteBuffer in, int end) {
        int position = 0;
        while (end - position >= 2) { // hot: per message
            int header = in.get(position) & 0xFF;
            int length = in.get(position + 1);
            int body = position + 2;
            if (length < 0) {
                length &= 0x7F;
                int shift = 7;
                int next;
                do {
                    if (body == end) {
                        return position;
                    }
                    if (shift > 21) {
                        throw new ProtocolException("remaining length of more than four bytes");
                    }
                    next = in.get(body++);
                    length |= (next & 0x7F) << shift;
                    shift += 7;
                } while (next < 0);
            }
            if (end - body < length) {
                return position;
            }
            onPacket(header, in, body, body + length);
            position = body + length;
        }
        return position;
    }

    private void onPacket(int header, ByteBuffer in, int body, int end) {
        int type = header >> 4;
        switch (type) {
            case Wire.PUBLISH -> onPublish(header, in, body, end);
            case Wire.PUBACK, Wire.PUBREC, Wire.PUBREL, Wire.PUBCOMP -> {
                if (end - body > 2 && (in.get(body + 2) & 0x80) != 0) {
                    throw new ProtocolException("refused with reason " + (in.get(body + 2) & 0xFF));
                }
                onAcknowledgement(type, in.getShort(body) & 0xFFFF);
            }
            case Wire.CONNACK -> {
                int code = in.get(body + 1) & 0xFF;
                if (code != 0) {
                    throw new ProtocolException("CONNACK " + code);
                }
                ready = true;
                sessionPresent = (in.get(body) & 1) != 0;
                onReady(loop.endpoint.version() == Wire.V5 ? Wire.receiveMaximum(in, body, end) : 65_535);
            }
            case Wire.SUBACK -> {
                if (in.get(end - 1) < 0) {
                    throw new ProtocolException("SUBACK " + (in.get(end - 1) & 0xFF));
                }
                subscribed = true;
            }
            case Wire.PINGRESP -> {}
            case Wire.DISCONNECT ->
                throw new ProtocolException("DISCONNECT " + (end > body ? in.get(body) & 0xFF : 0) + " from broker");
            default -> throw new ProtocolException("unexpected packet type " + type);
        }
    }

    /** @param receiveMaximum unacknowledged messages that the broker accepts, 1..65535 */
    void onReady(int receiveMaximum) {}

    /** @param body the first byte behind the fixed header, {@code end} the first one behind the packet */
    void onPublish(int header, ByteBuffer in, int body, int end) {
        throw new ProtocolException("unexpected PUBLISH");
    }

    void onAcknowledgement(int type, int packetId) {
        throw new ProtocolException("unexpected acknowledgement " + type);
    }

    /** The broker closed the connection. */
    void onEnd() {
        fail("closed by broker");
    }

    final void send(ByteBuffer packet) throws IOException {
        reserve(packet.remaining());
        out.put(packet);
        flush();
    }

    /** Makes room for that many bytes in the output buffer. */
    final void reserve(int bytes) {
        if (out.remaining() < bytes) {
            ByteBuffer larger =
                    ByteBuffer.allocateDirect(Math.max(512, Integer.highestOneBit(out.position() + bytes) * 2));
            larger.put(out.flip());
            out = larger;
        }
    }

    /** Leaves with the others of this read. */
    final void acknowledge(int type, int packetId) {
        acknowledged = true;
        reserve(4);
        out.putInt(Wire.acknowledgement(type, packetId));
    }

    /** Writes once. What the socket does not take follows when it is writable. */
    final void flush() throws IOException {
        if (closed) {
            return;
        }
        writeOnce();
        SelectionKey registered = Objects.requireNonNull(key);
        boolean waits = out.position() > 0 || carrier().hasUnsent();
        int interest = waits ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ;
        if (registered.interestOps() != interest) {
            registered.interestOps(interest);
        }
    }

    /** Writes once and leaves the rest to the caller, possibly on another thread than the loop's. */
    final void writeOnce() throws IOException {
        out.flip();
        carrier().write(out);
        out.compact();
    }

    private SocketChannel open() {
        return Objects.requireNonNull(channel);
    }

    private Carrier carrier() {
        return Objects.requireNonNull(carrier);
    }

    final void fail(String reason) {
        if (!closed) {
            loop.noteTrouble(reason);
            close();
        }
    }

    /** Sends DISCONNECT as far as the socket takes it, and closes. */
    final void disconnect() {
        if (!closed && ready) {
            try {
                carrier().write(Wire.disconnect());
            } catch (IOException e) {
                // closed below all the same
            }
        }
        close();
    }

    final void close() {
        closed = true;
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // nothing is owed to this connection any more
        }
    }
}
