package io.maxmq.core.transport;

import io.maxmq.core.observe.Counter;
import io.maxmq.spi.TlsSession;
import io.maxmq.spi.limit.RateDecision;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * State of one client on the layers between its socket and MQTT: trusted proxies, TLS, WebSocket. Each layer first
 * announces itself by {@link #awaitOrigin}, {@link #awaitHandshake} or {@link #awaitOpening}, and later reports its
 * result. A connection without such a layer has no ClientSetup.
 *
 * <p>Runs on the loop of its connection. Not thread-safe.
 */
final class ClientSetup {
    private final SocketConnection connection;
    private final String listener;
    private final SocketAcceptor.Entrance entrance;
    private final SocketConnection.Acceptance acceptance;

    /** Null without TLS, and until the handshake continues. */
    private @Nullable Security security;

    /** True while a TLS handshake is not complete. */
    private boolean shakingHands;

    /** Address of the client behind a trusted proxy; null for a client that connects directly. */
    private @Nullable SocketAddress speaksFor;

    /** Number of chained proxies that have yet to name their client. */
    private int originsAwaited;

    /** True while a WebSocket is expected and not open. */
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

    /** True while no MQTT exchange is possible, because the handshake or the WebSocket is not complete. */
    boolean isUnderWay() {
        return opening || shakingHands;
    }

    // ---- proxies

    /** Announces a trusted proxy, which names its client by {@link #comesFrom} before any other input. */
    void awaitOrigin() {
        assert connection.loop().inLoop();
        originsAwaited++;
    }

    /** Takes the client address from a trusted proxy; null if the proxy speaks for itself. */
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

    /** Address of the client behind a trusted proxy; null for a client that connects directly. */
    @Nullable
    SocketAddress speaksFor() {
        return speaksFor;
    }

    /** Asks the entrance whether the client behind a proxy is admitted. */
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

    /** Announces TLS: nothing but a handshake happens until {@link #secured} or {@link #notSecured}. */
    void awaitHandshake() {
        assert connection.loop().inLoop();
        shakingHands = true;
    }

    /**
     * Tells the listener that the client has begun a handshake.
     *
     * @param goOn runs when the listener has capacity for the handshake, now or later
     */
    void handshakeBegins(Runnable goOn) {
        assert connection.loop().inLoop();
        acceptance.handshakeBegins(connection, goOn);
    }

    /** Sets the TLS state of the continuing handshake. */
    void secureBy(Security by) {
        assert connection.loop().inLoop();
        security = by;
    }

    /** Reports a complete handshake. */
    void secured() {
        assert connection.loop().inLoop();
        shakingHands = false;
        count(Counter.TLS_HANDSHAKES_DONE);
        acceptance.handshakeEnded(connection);
    }

    /** Reports a failed or unfinished handshake; the channel is being closed. */
    void notSecured(Throwable cause) {
        assert connection.loop().inLoop();
        count(Counter.TLS_HANDSHAKES_FAILED);
        acceptance.handshakeEnded(connection);
        String detail = connection.isClosing() ? "handshake timed out" : reasonOf(cause);
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

    /** TLS session of the connection; null until the handshake is complete, and without TLS. */
    @Nullable
    TlsSession tls() {
        return security == null ? null : security.session();
    }

    /** True if the client has begun another handshake after its first. */
    boolean isRenegotiating() {
        return security != null && security.isRenegotiating();
    }

    /** Tells the connection that the peer sends no more data. */
    void inputEnds() {
        assert connection.loop().inLoop();
        connection.inputEnds();
    }

    // ---- WebSocket

    /** Announces a WebSocket: no input or output passes until {@link #opened} or {@link #notOpened}. */
    void awaitOpening() {
        assert connection.loop().inLoop();
        opening = true;
    }

    /** Withdraws the announced WebSocket: the client speaks plain MQTT. */
    void opensWithoutWebSocket() {
        assert connection.loop().inLoop();
        opening = false;
    }

    /** Reports an open WebSocket. */
    void opened() {
        assert connection.loop().inLoop();
        opening = false;
        count(Counter.WEB_SOCKETS_OPENED);
    }

    /** Reports a refused WebSocket request; the channel is closed after the response. */
    void notOpened(String detail) {
        assert connection.loop().inLoop();
        count(Counter.WEB_SOCKETS_REFUSED);
        entrance.webSocketRefused(connection.remoteAddress(), listener, detail, connection.loop());
    }

    private void count(Counter what) {
        connection.loop().counters().increment(what);
    }
}
