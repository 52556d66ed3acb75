package io.maxmq.examples.crash;

import io.maxmq.examples.crash.Connection.Greeting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * A publisher whose own session survives the broker: what is unacknowledged is sent again on the next connection, in its
 * order, with its packet id and DUP; what got PUBREC goes on with PUBREL (MQTT 5.0 §4.4). Runs on its own thread.
 */
final class Publisher implements Stage.Part {
    private static final int DEADLINE_MILLIS = 60_000;
    private static final int WINDOW = 20;
    private static final int TOPICS = 4;

    /** What all its messages are. */
    enum Kind {
        PLAIN("plain/"),
        /** Some of them empty. */
        RETAINED("retained/"),
        /** By {@link Oracle#DELAY_SECONDS}. */
        DELAYED("late/");

        private final String root;

        Kind(String root) {
            this.root = root;
        }
    }

    private final Stage stage;
    private final String name;
    private final int version;
    private final Kind kind;
    private final boolean retains;
    private final Random random;

    // For the connection
    private BooleanSupplier isRefusalAllowed = () -> false;

    // For the session
    private final Map<Integer, Outgoing> outgoing = new LinkedHashMap<>();
    private int lastPacketId;
    private int lastNumber;

    private static final class Outgoing {
        final String message;
        final String topic;
        final byte[] payload;
        final int qos;
        final int expirySeconds;
        boolean isReceived;

        Outgoing(String message, String topic, byte[] payload, int qos, int expirySeconds) {
            this.message = message;
            this.topic = topic;
            this.payload = payload;
            this.qos = qos;
            this.expirySeconds = expirySeconds;
        }
    }

    public Publisher(Stage stage, String name, int version, Kind kind, long seed) {
        this.stage = stage;
        this.name = name;
        this.version = version;
        this.kind = kind;
        this.retains = kind == Kind.RETAINED;
        this.random = new Random(seed);
    }

    @Override
    public boolean play(int port) throws IOException {
        isRefusalAllowed = () -> stage.isAllowedToRefuse(port);
        stage.history.add(new Event.Connecting(name, false, Integer.MAX_VALUE));
        try (Connection connection =
                Connection.open(port, new Greeting(version, name, false, Integer.MAX_VALUE, 0, null))) {
            stage.history.add(new Event.Connected(name, connection.sessionPresent()));
            resend(connection);
            int window = Math.min(WINDOW, connection.receiveMaximum());
            while (true) {
                boolean goesOn = stage.act() == Stage.Act.STORM;
                if (!goesOn && outgoing.isEmpty()) {
                    connection.disconnect();
                    return false;
                }
                for (int burst = goesOn ? random.nextInt(window) : 0; burst > 0 && outgoing.size() < window; burst--) {
                    publish(connection);
                }
                connection.flush();
                int left = goesOn ? random.nextInt(outgoing.size() + 1) : 0;
                while (outgoing.size() > left) {
                    answered(connection, connection.read(DEADLINE_MILLIS));
                }
                if (goesOn) {
                    // Of a client's delayed messages the broker keeps a thousand.
                    Stage.pauseUpTo(kind == Kind.DELAYED ? 200 : 30, random);
                }
                if (random.nextInt(200) == 0) {
                    return true; // without a word
                }
            }
        } finally {
            stage.history.add(new Event.Disconnected(name));
        }
    }

    private void resend(Connection connection) throws IOException {
        for (Map.Entry<Integer, Outgoing> each : new ArrayList<>(outgoing.entrySet())) {
            Outgoing message = each.getValue();
            if (message.isReceived) {
                connection.acknowledge(Packet.PUBREL, each.getKey());
            } else {
                stage.history.add(new Event.Resent(message.message));
                send(connection, each.getKey(), message, true);
            }
        }
        connection.flush();
    }

    private void publish(Connection connection) throws IOException {
        String message = name + ":" + ++lastNumber;
        boolean isEmpty = retains && random.nextInt(4) == 0;
        byte[] payload = isEmpty ? new byte[0] : Payload.of(message, payloadBytes());
        int expirySeconds = -1;
        if (version == 5 && kind == Kind.PLAIN && random.nextInt(10) == 0) {
            expirySeconds = random.nextBoolean() ? 2 * Oracle.LONG_EXPIRY_SECONDS : 1;
        }
        Outgoing next = new Outgoing(
                message,
                kind.root + name + "/" + random.nextInt(TOPICS),
                payload,
                1 + random.nextInt(2),
                expirySeconds);
        stage.history.add(new Event.Published(message, next.topic, next.qos, retains, isEmpty, expirySeconds));
        int packetId = freePacketId();
        outgoing.put(packetId, next);
        send(connection, packetId, next, false);
    }

    private int payloadBytes() {
        return switch (random.nextInt(20)) {
            case 0 -> 20_000;
            case 1, 2 -> 500 + random.nextInt(3_000);
            default -> random.nextInt(200);
        };
    }

    private int freePacketId() {
        do {
            lastPacketId = lastPacketId % 65_535 + 1;
        } while (outgoing.containsKey(lastPacketId));
        return lastPacketId;
    }

    private void send(Connection connection, int packetId, Outgoing message, boolean dup) throws IOException {
        String topic = kind == Kind.DELAYED ? "$delayed/" + Oracle.DELAY_SECONDS + "/" + message.topic : message.topic;
        connection.publish(topic, message.payload, message.qos, retains, dup, packetId, message.expirySeconds);
    }

    private void answered(Connection connection, Packet answer) throws IOException {
        if (answer == null) {
            throw new Connection.RefusedException("no acknowledgement of " + outgoing.keySet());
        }
        Outgoing message = outgoing.get(answer.packetId());
        boolean isExpected = message != null
                && switch (answer.type()) {
                    case Packet.PUBACK -> message.qos == 1;
                    case Packet.PUBREC -> message.qos == 2 && !message.isReceived;
                    case Packet.PUBCOMP -> message.qos == 2 && message.isReceived;
                    default -> false;
                };
        if (!isExpected) {
            throw new Connection.RefusedException("not asked for: " + answer);
        }
        if (answer.isRefusal()) {
            if (!isRefusalAllowed.getAsBoolean()) {
                throw new Connection.RefusedException("of " + message.message + ": " + answer);
            }
            outgoing.remove(answer.packetId()); // nobody has promised it, and it is not sent again
            return;
        }
        switch (answer.type()) {
            case Packet.PUBREC -> {
                stage.history.add(new Event.Promised(message.message));
                message.isReceived = true;
                connection.acknowledge(Packet.PUBREL, answer.packetId());
                connection.flush();
            }
            case Packet.PUBACK -> {
                stage.history.add(new Event.Promised(message.message));
                outgoing.remove(answer.packetId());
            }
            default -> outgoing.remove(answer.packetId());
        }
    }
}
