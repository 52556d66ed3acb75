package io.maxmq.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * TLS of the JDK, in the version that the broker prefers. Trusts every certificate, and resumes no session: each
 * connection is a handshake in full.
 */
final class TlsCarrier extends Carrier {
    /** More than a record. */
    private static final int RECORD_BYTES = 18 * 1024;

    private static final int SCRATCH_BYTES = 128 * 1024;

    /** At a fixed rate another thread than the loop's writes. */
    private static final ThreadLocal<ByteBuffer> SCRATCH =
            ThreadLocal.withInitial(() -> ByteBuffer.allocate(SCRATCH_BYTES));

    private static final SSLContext CONTEXT = context();
    private static final byte[] NO_BYTES = new byte[0];
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine = CONTEXT.createSSLEngine(); // without a peer's name no session is looked for

    /** The beginning of a record whose end has not been read. */
    private byte[] incomplete = NO_BYTES;

    private boolean open;

    TlsCarrier(SocketChannel channel) {
        super(channel);
        engine.setUseClientMode(true);
    }

    private static SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TrustsEverybody()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a JDK without TLS", e);
        }
    }

    @Override
    void begin() throws IOException {
        engine.beginHandshake();
        goOn();
    }

    @Override
    boolean isOpen() {
        return open;
    }

    @Override
    int read(ByteBuffer to) throws IOException {
        ByteBuffer net = SCRATCH.get().clear().put(incomplete);
        if (channel.read(net) < 0) {
            return -1;
        }
        net.flip();
        int before = to.position();
        boolean ended = false;
        while (net.hasRemaining()) {
            SSLEngineResult result = engine.unwrap(net, to);
            goOn();
            if (result.getStatus() == Status.CLOSED) {
                ended = true;
                break;
            }
            if (result.getStatus() != Status.OK) {
                break; // the rest of the record comes later, or finds room later
            }
        }
        int left = net.remaining();
        incomplete = left == 0 ? NO_BYTES : Arrays.copyOfRange(net.array(), net.position(), net.position() + left);
        int read = to.position() - before;
        return ended && read == 0 ? -1 : read;
    }

    /** Does what the handshake needs next, up to where it needs the peer. Leaves the scratch buffer alone. */
    private void goOn() throws IOException {
        while (!open || engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                        task.run();
                    }
                }
                case NEED_WRAP -> {
                    ByteBuffer record = ByteBuffer.allocate(RECORD_BYTES);
                    SSLEngineResult result = engine.wrap(NOTHING, record);
                    send(record.flip());
                    if (result.getStatus() == Status.CLOSED) {
                        return;
                    }
                }
                case NOT_HANDSHAKING, FINISHED -> {
                    open = true;
                    return;
                }
                default -> {
                    return;
                }
            }
        }
    }

    @Override
    void write(ByteBuffer from) throws IOException {
        if (!sendUnsent()) {
            return;
        }
        ByteBuffer net = SCRATCH.get().clear();
        while (from.hasRemaining() && net.remaining() >= RECORD_BYTES) {
            SSLEngineResult result = engine.wrap(from, net);
            if (result.getStatus() != Status.OK) {
                throw new IOException("TLS is closed: " + result.getStatus());
            }
        }
        send(net.flip());
    }

    private static final class TrustsEverybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
