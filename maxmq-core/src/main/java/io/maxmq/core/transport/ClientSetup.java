package io.maxmq.core.transport;

import io.maxmq.core.observe.Counter;
import io.maxmq.spi.TlsSession;
import io.maxmq.spi.limit.RateDecision;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * How far a client has come through what stands between its socket and MQTT: proxies that speak for it, TLS, a WebSocket. What is
 * there says first that it is, by one of {@link #awaitOrigin}, {@link #awaitHandshake} and {@link #awaitOpening}, and later what has come of
 * it. Connections without anything of the kind have none.
 *
 * <p>Runs on the loop of its connection. Not thread-safe.
 */
final class ClientSetup {
    private final SocketConnection connection;
    private final String listener;
    private final SocketAcceptor.Entrance entrance;
    private final SocketConnection.Acceptance acceptance;

    /** Null without TLS, and until its handshake goes on. */
    private @Nullable Security security;

    /** There is TLS, and its handshake is not done. */
    private boolean shakingHands;

    /** Whom a trusted proxy speaks for; null for a client that is there itself. */
    private @Nullable SocketAddress speaksFor;

    /** How many proxies, one behind the other, have yet to say that. */
    private int originsAwaited;

    /** There is a WebSocket, and it is not open. */
    private boolean opening;

    ClientSetup(
            SocketConnection connection,
            String listener,
            SocketAcceptor.Entrance entrance,
            SocketConnection.Acceptance acceptance) {
        this.connection = connection;
        this.listener = listener;
        this.entrance = entrance;
        this.acceptance = acceptance;
    }

    /** Whether there is nobody yet to say goodbye to. */
    boolean isUnderWay() {
        return opening || shakingHands;
    }

    // ---- proxies

    /** There is a trusted proxy: it will say whom it speaks for, by {@link #comesFrom}, before anything else comes. */
    void awaitOrigin() {
        assert connection.loop().inLoop();
        originsAwaited++;
    }

    /** A trusted proxy has said that it speaks for this client; null when it speaks for itself. */
    void comesFrom(@Nullable SocketAddress client) {
        assert connection.loop().inLoop();
        if (client != null) {
            speaksFor = client;
        }
        originsAwaited--;
        if (originsAwaited == 0) {
            connection.remoteKnown();
        }
    }

    boolean knowsRemote() {
        return originsAwaited == 0;
    }

    /** Whom a trusted proxy speaks for; null for a client that is there itself. */
    @Nullable
    SocketAddress speaksFor() {
        return speaksFor;
    }

    /** Whether the client that a proxy speaks for may come in. */
    RateDecision admission() {
        assert connection.loop().inLoop();
        SocketAddress client = connection.remoteAddress();
        Counter refusal = entrance.refusalOf(client, connection.loop());
        if (refusal != null) {
            count(refusal);
            return RateDecision.DROP;
        }
        RateDecision decision = entrance.admits(client, listener, connection.loop());
        if (!(decision instanceof RateDecision.Allow) && !(decision instanceof RateDecision.Pause)) {
            count(Counter.REFUSED_RATE_LIMIT);
        }
        return decision;
    }

    // ---- TLS

    /** There is TLS: nothing but a handshake happens until {@link #secured} or {@link #notSecured}. */
    void awaitHandshake() {
        assert connection.loop().inLoop();
        shakingHands = true;
    }

    /**
     * The client has begun a handshake.
     *
     * @param goOn runs, now or later, when there is a place for it
     */
    void handshakeBegins(Runnable goOn) {
        assert connection.loop().inLoop();
        acceptance.handshakeBegins(connection, goOn);
    }

    /** The handshake goes on. */
    void secureBy(Security by) {
        assert connection.loop().inLoop();
        security = by;
    }

    /** The handshake is done. */
    void secured() {
        assert connection.loop().inLoop();
        shakingHands = false;
        count(Counter.TLS_HANDSHAKES_DONE);
        acceptance.handshakeEnded(connection);
    }

    /** The handshake has failed, or was not finished; the channel is being closed. */
    void notSecured(Throwable cause) {
        assert connection.loop().inLoop();
        count(Counter.TLS_HANDSHAKES_FAILED);
        acceptance.handshakeEnded(connection);
        String detail = connection.isClosing() ? "not done in time" : reasonOf(cause);
        entrance.handshakeFailed(connection.remoteAddress(), listener, detail, connection.loop());
    }

    private static String reasonOf(Throwable cause) {
        if (cause instanceof ClosedChannelException) {
            return "the client closed the connection";
        }
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String said = root.getMessage();
        return said == null ? root.getClass().getSimpleName() : said;
    }

    /** What the TLS handshake has come to; null until it is done, and without TLS. */
    @Nullable
    TlsSession tls() {
        return security == null ? null : security.session();
    }

    /** Whether the client has begun a handshake anew, after its first. */
    boolean isRenegotiating() {
        return security != null && security.isRenegotiating();
    }

    /** The peer has said that it sends no more. */
    void inputEnds() {
        assert connection.loop().inLoop();
        connection.inputEnds();
    }

    // ---- WebSocket

    /** There is a WebSocket: nothing comes and goes until {@link #opened} or {@link #notOpened}. */
    void awaitOpening() {
        assert connection.loop().inLoop();
        opening = true;
    }

    /** There need not be a WebSocket: it is MQTT that comes. */
    void opensWithoutWebSocket() {
        assert connection.loop().inLoop();
        opening = false;
    }

    /** The WebSocket is open. */
    void opened() {
        assert connection.loop().inLoop();
        opening = false;
        count(Counter.WEB_SOCKETS_OPENED);
    }

    /** Something else than a WebSocket was asked for; the channel is closed once that is answered. */
    void notOpened(String detail) {
        assert connection.loop().inLoop();
        count(Counter.WEB_SOCKETS_REFUSED);
        entrance.webSocketRefused(connection.remoteAddress(), listener, detail, connection.loop());
    }

    private void count(Counter what) {
        connection.loop().counters().increment(what);
    }
}
