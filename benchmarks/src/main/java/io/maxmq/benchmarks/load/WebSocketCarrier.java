package io.maxmq.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** WebSocket at {@code /mqtt} (RFC 6455): what is written at once leaves in one frame, masked by zeros, which changes nothing. */
final class WebSocketCarrier extends Carrier {
    private static final byte[] REQUEST =
            ("GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
    private static final String END_OF_HEAD = "\r\n\r\n";
    private static final int MAX_HEADER_BYTES = 14;
    private static final int SCRATCH_BYTES = 256 * 1024;
    private static final int BINARY_AND_LAST = 0x82;
    private static final int MASKED = 0x80;
    private static final int OPCODE = 0x0F;
    private static final int FIRST_CONTROL_OPCODE = 8;

    /** At a fixed rate another thread than the loop's writes. */
    private static final ThreadLocal<ByteBuffer> SCRATCH =
            ThreadLocal.withInitial(() -> ByteBuffer.allocate(SCRATCH_BYTES));

    private final StringBuilder head = new StringBuilder();
    private boolean open;

    private final byte[] header = new byte[MAX_HEADER_BYTES];
    private int headerBytes;
    private boolean carriesData;
    private long payloadLeft;

    WebSocketCarrier(SocketChannel channel) {
        super(channel);
    }

    @Override
    void begin() throws IOException {
        send(ByteBuffer.wrap(REQUEST));
    }

    @Override
    boolean isOpen() {
        return open;
    }

    @Override
    int read(ByteBuffer to) throws IOException {
        ByteBuffer net = SCRATCH.get().clear();
        if (channel.read(net) < 0) {
            return -1;
        }
        net.flip();
        while (!open && net.hasRemaining()) {
            readHead(net.get());
        }
        int before = to.position();
        while (net.hasRemaining()) {
            if (payloadLeft == 0) {
                readHeader(net.get());
                continue;
            }
            int length = (int) Math.min(payloadLeft, net.remaining());
            if (carriesData) {
                to.put(net.slice(net.position(), length));
            }
            net.position(net.position() + length);
            payloadLeft -= length;
        }
        return to.position() - before;
    }

    private void readHead(byte next) {
        head.append((char) next);
        if (next == '\n' && head.indexOf(END_OF_HEAD) >= 0) {
            if (!head.toString().startsWith("HTTP/1.1 101 ")) {
                throw new ProtocolException("no WebSocket: " + head.substring(0, head.indexOf("\r\n")));
            }
            open = true;
        }
    }

    private void readHeader(byte next) {
        header[headerBytes++] = next;
        if (headerBytes < 2) {
            return;
        }
        int length = header[1] & 0x7F;
        int more = length < 126 ? 0 : length == 126 ? 2 : 8;
        if (headerBytes == 2 + more) {
            payloadLeft = more == 0 ? length : 0;
            for (int i = 2; i < headerBytes; i++) {
                payloadLeft = payloadLeft << 8 | header[i] & 0xFF;
            }
            carriesData = (header[0] & OPCODE) < FIRST_CONTROL_OPCODE;
            headerBytes = 0;
        }
    }

    @Override
    void write(ByteBuffer from) throws IOException {
        if (!sendUnsent() || !from.hasRemaining()) {
            return;
        }
        ByteBuffer net = SCRATCH.get().clear();
        int length = Math.min(from.remaining(), SCRATCH_BYTES - MAX_HEADER_BYTES);
        net.put((byte) BINARY_AND_LAST);
        if (length < 126) {
            net.put((byte) (MASKED | length));
        } else if (length <= 0xFFFF) {
            net.put((byte) (MASKED | 126)).putShort((short) length);
        } else {
            net.put((byte) (MASKED | 127)).putLong(length);
        }
        net.putInt(0);
        net.put(from.slice(from.position(), length));
        from.position(from.position() + length);
        send(net.flip());
    }
}
