package io.maxmq.examples.crash;

import io.maxmq.examples.crash.Connection.Greeting;
import io.maxmq.examples.crash.Connection.Will;
import java.io.IOException;
import java.util.Random;

/**
 * A client with a will, another one on each connection; what becomes of it changes from one to the next. Runs on its own
 * thread.
 */
final class Doomed implements Stage.Part {
    private static final int POLL_MILLIS = 50;

    /** Longer than any restart. */
    private static final int LONG_DELAY_SECONDS = 600;

    private enum Fate {
        /** Stays until the broker is killed: the will is due. */
        STAYS,
        /** Cuts the connection: the will is due. */
        CUTS,
        /** Stays, and is back before the will's delay has passed: the will is cancelled. */
        RETURNS,
        /** Says goodbye, and is back, so that it knows that it was heard: the will is cancelled. */
        SAYS_GOODBYE
    }

    private final Stage stage;
    private final String name;
    private final Random random;
    private int lastNumber;

    /** Its client is about to cancel it; null for none. */
    private Doom leaving;

    /** @param port of the broker that was said goodbye to; 0 when it was not */
    private record Doom(int version, String clientId, String will, int port) {
        boolean saidGoodbye() {
            return port != 0;
        }
    }

    Doomed(Stage stage, String name, long seed) {
        this.stage = stage;
        this.name = name;
        this.random = new Random(seed);
    }

    @Override
    public boolean play(int port) throws IOException {
        if (leaving != null) {
            comeBack(port);
        }
        if (stage.act() != Stage.Act.STORM) {
            return false;
        }
        Fate fate = Fate.values()[random.nextInt(Fate.values().length)];
        int version = fate == Fate.RETURNS || random.nextBoolean() ? 5 : 4;
        String message = name + ":" + ++lastNumber;
        String clientId = name + "-" + lastNumber;
        boolean isClean = fate != Fate.RETURNS && random.nextBoolean();
        int expirySeconds = isClean ? 0 : fate == Fate.RETURNS || version == 4 ? Integer.MAX_VALUE : 60;
        int delaySeconds = fate == Fate.RETURNS ? LONG_DELAY_SECONDS : random.nextInt(3);
        int qos = 1 + random.nextInt(2);
        String topic = "will/" + name;

        stage.history.add(new Event.WillOffered(message, topic, qos));
        stage.history.add(new Event.Connecting(clientId, isClean, expirySeconds));
        try (Connection connection = Connection.open(
                port,
                new Greeting(
                        version,
                        clientId,
                        isClean,
                        expirySeconds,
                        0,
                        new Will(topic, Payload.of(message, random.nextInt(2_000)), qos, delaySeconds)))) {
            stage.history.add(new Event.Connected(clientId, connection.sessionPresent()));
            stage.history.add(new Event.WillStands(message));
            if (fate == Fate.STAYS || fate == Fate.RETURNS) {
                leaving = fate == Fate.RETURNS ? new Doom(version, clientId, message, 0) : null;
                while (stage.act() == Stage.Act.STORM) {
                    connection.read(POLL_MILLIS);
                }
            } else {
                Stage.pauseUpTo(200, random);
                if (fate == Fate.SAYS_GOODBYE) {
                    stage.history.add(new Event.WillWithdrawing(message));
                    leaving = new Doom(version, clientId, message, port);
                    connection.disconnect();
                    while (connection.read(60_000) != null) {
                        // Until the broker closes it, which throws.
                    }
                }
            }
            return true;
        } finally {
            stage.history.add(new Event.Disconnected(clientId));
        }
    }

    private void comeBack(int port) throws IOException {
        Doom doom = leaving;
        stage.history.add(new Event.WillWithdrawing(doom.will()));
        stage.history.add(new Event.Connecting(doom.clientId(), doom.saidGoodbye(), 0));
        try (Connection connection =
                Connection.open(port, new Greeting(doom.version(), doom.clientId(), doom.saidGoodbye(), 0, 0, null))) {
            stage.history.add(new Event.Connected(doom.clientId(), connection.sessionPresent()));
            // Else nobody may have heard it; or a broker has whose disk is full, so that the next one finds the will.
            if (!doom.saidGoodbye() || (doom.port() == port && !stage.isAllowedToRefuse(port))) {
                stage.history.add(new Event.WillCancelled(doom.will()));
            }
            leaving = null;
            connection.disconnect();
        } finally {
            stage.history.add(new Event.Disconnected(doom.clientId()));
        }
    }
}
