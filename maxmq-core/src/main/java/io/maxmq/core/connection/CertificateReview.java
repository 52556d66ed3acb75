package io.maxmq.core.connection;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Ends the connections of one loop and one listener whose clients have shown a certificate that is revoked by now. In as many turns of
 * the loop as it takes, so that other clients are served meanwhile.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class CertificateReview {
    /** Work of the loop ({@link io.maxmq.core.loop.Loop#work}) that a look at a connection stands for: 1 µs or so. */
    private static final int LOOK_WORK = 10;

    static final String REVOKED = "the certificate is revoked";

    private final Connections home;
    private final LoopServices here;
    private final String listener;
    private final Iterator<Connection> left;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    CertificateReview(Connections home, LoopServices here, String listener) {
        this.home = home;
        this.here = here;
        this.listener = listener;
        this.left = List.copyOf(here.open()).iterator();
    }

    /** Begins; completes when all connections of now have been looked at. */
    CompletableFuture<Void> begin() {
        assert here.loop().inLoop();
        goOn();
        return done;
    }

    /** A connection that has moved meanwhile belongs to another loop; its handshake checks the certificate after the move. */
    private boolean isHere(Connection connection) {
        return here.open().contains(connection) && !connection.isClosed();
    }

    private void goOn() {
        long begin = here.loop().workDone();
        while (left.hasNext() && here.loop().mayGoOn(begin)) {
            Connection each = left.next();
            here.loop().work(LOOK_WORK);
            if (isHere(each) && each.out().listener().equals(listener) && home.isRevoked(each.out())) {
                each.contained(() -> each.end(Initiator.BROKER, ReasonCode.NOT_AUTHORIZED, REVOKED))
                        .run();
            }
        }
        if (left.hasNext()) {
            here.loop().executeNextTurn(this::goOn);
        } else {
            done.complete(null);
        }
    }
}
