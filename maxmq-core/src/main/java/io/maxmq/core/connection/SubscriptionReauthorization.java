package io.maxmq.core.connection;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/**
 * Asks again about the subscriptions of all who are connected to one loop, since the rules have changed. In as many turns of the loop
 * as it takes, so that clients are served meanwhile; and of authorizers that take their time not everything at once, so that neither
 * they nor the workers on which they block have more to do than they can.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class SubscriptionReauthorization {
    /** Subscriptions about which authorizers have yet to answer, at most, but for those of one client more. */
    private static final int MAX_UNANSWERED = 256;

    /** Work of the loop ({@link io.maxmq.core.loop.Loop#work}) that a subscription stands for: 5 µs or so. */
    private static final int SUBSCRIPTION_WORK = 50;

    private final Connections home;
    private final LoopServices here;
    private int maxUnanswered = MAX_UNANSWERED;

    /** Whose subscriptions have not been asked about since the last change. */
    private Iterator<Connection> left = Collections.emptyIterator();

    private int unanswered;
    private boolean asking;
    private boolean queued;

    SubscriptionReauthorization(Connections home, LoopServices here) {
        this.home = home;
        this.here = here;
    }

    /**
     * The rules have changed, perhaps while it was at those of before.
     *
     * @param room of the workers, for questions about which authorizers block
     */
    void begin(int room) {
        assert here.loop().inLoop();
        maxUnanswered = Math.max(1, Math.min(MAX_UNANSWERED, room));
        left = List.copyOf(here.open()).iterator();
        goOn();
    }

    private void goOn() {
        if (asking || queued) {
            return;
        }
        asking = true;
        long begin = here.loop().workDone();
        while (left.hasNext() && unanswered < maxUnanswered && here.loop().mayGoOn(begin)) {
            Connection next = left.next();
            if (here.open().contains(next)) { // not one that has moved to another loop meanwhile
                ask(next);
            }
        }
        asking = false;
        if (left.hasNext() && unanswered < maxUnanswered) {
            queued = true;
            here.loop().executeNextTurn(() -> {
                queued = false;
                goOn();
            });
        }
    }

    private void ask(Connection connection) {
        connection
                .contained(() -> {
                    int asked = ClientReview.begin(connection, home, this::answered);
                    unanswered += asked;
                    here.loop().work(asked * SUBSCRIPTION_WORK);
                })
                .run();
    }

    /** Perhaps before they count as unanswered. */
    private void answered(int subscriptions) {
        unanswered -= subscriptions;
        goOn();
    }
}
