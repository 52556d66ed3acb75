package io.maxmq.examples.crash;

import io.maxmq.examples.crash.Connection.Greeting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * A subscriber with a session for ever, whose own part of it survives the broker: which packet ids of QoS 2 it has
 * received and not seen released (MQTT 5.0 §4.3.3), and what it wants to have subscribed. It acknowledges in order, but
 * not always at once. Runs on its own thread.
 */
final class Subscriber implements Stage.Part {
    /** How it comes and goes. */
    enum Habit {
        /** Stays. */
        ONLINE,
        /** Leaves at random, with or without a word, and comes back. */
        FLAPPING,
        /** Subscribes, leaves, and is back when the storm is over. */
        ABSENT,
        /** Stays, and subscribes to and unsubscribes from its filters, but the first. */
        CHANGING
    }

    private static final int POLL_MILLIS = 50;
    private static final int DEADLINE_MILLIS = 60_000;
    private static final int UNACKNOWLEDGED_MOST = 8;

    private final Stage stage;
    private final Greeting greeting;
    private final String name;
    private final int qos;
    private final List<String> filters;
    private final Habit habit;
    private final Random random;

    // For the session
    private final Set<Integer> unreleased = new HashSet<>();
    private final Set<String> subscribed = new HashSet<>();

    /** Sent and not acknowledged; sent again on the next connection. */
    private Change pending;

    private int lastPacketId;
    private int awayMillis;

    // For the connection
    private final List<int[]> unacknowledged = new ArrayList<>(); // type, packet id

    private record Change(String filter, boolean subscribes) {}

    /** @param receiveMaximum 0 to say nothing */
    Subscriber(
            Stage stage,
            String name,
            int version,
            int receiveMaximum,
            int qos,
            List<String> filters,
            Habit habit,
            long seed) {
        this.stage = stage;
        this.name = name;
        this.greeting = new Greeting(version, name, false, Integer.MAX_VALUE, receiveMaximum, null);
        this.qos = qos;
        this.filters = filters;
        this.habit = habit;
        this.random = new Random(seed);
    }

    @Override
    public boolean play(int port) throws IOException {
        if (habit == Habit.ABSENT && stage.act() == Stage.Act.STORM && subscribed.containsAll(filters)) {
            Stage.pause(POLL_MILLIS);
            return true;
        }
        Stage.pauseUpTo(awayMillis, random);
        awayMillis = 0;
        stage.history.add(new Event.Connecting(name, false, Integer.MAX_VALUE));
        try (Connection connection = Connection.open(port, greeting)) {
            stage.history.add(new Event.Connected(name, connection.sessionPresent()));
            if (!connection.sessionPresent()) {
                unreleased.clear();
            }
            unacknowledged.clear();
            settle(connection);
            while (true) {
                Stage.Act act = stage.act();
                if (act == Stage.Act.OVER) {
                    connection.disconnect();
                    return false;
                }
                boolean isStorm = act == Stage.Act.STORM;
                if (isStorm && habit == Habit.ABSENT) {
                    connection.disconnect();
                    return true;
                }
                if (isStorm && habit == Habit.FLAPPING && random.nextInt(150) == 0) {
                    if (random.nextBoolean()) {
                        connection.disconnect();
                    }
                    awayMillis = 300;
                    return true;
                }
                if (isStorm && habit == Habit.CHANGING && random.nextInt(30) == 0) {
                    change(connection);
                }
                Packet packet = connection.read(POLL_MILLIS);
                if (packet != null) {
                    handle(packet);
                }
                if (packet == null
                        || unacknowledged.size() >= unacknowledgedMost()
                        || random.nextInt(UNACKNOWLEDGED_MOST) == 0) {
                    acknowledge(connection);
                }
            }
        } finally {
            stage.history.add(new Event.Disconnected(name));
        }
    }

    /** Makes the subscriptions that were never made, and the one that was under way. */
    private void settle(Connection connection) throws IOException {
        if (pending != null) {
            make(connection, pending);
        }
        List<String> wanted = habit == Habit.CHANGING ? filters.subList(0, 1) : filters;
        for (String filter : wanted) {
            if (!subscribed.contains(filter)) {
                make(connection, new Change(filter, true));
            }
        }
    }

    private void change(Connection connection) throws IOException {
        String filter = filters.get(1 + random.nextInt(filters.size() - 1));
        make(connection, new Change(filter, !subscribed.contains(filter)));
    }

    private void make(Connection connection, Change change) throws IOException {
        pending = change;
        lastPacketId = lastPacketId % 65_535 + 1;
        int expected;
        if (change.subscribes()) {
            stage.history.add(new Event.Subscribing(name, change.filter(), qos));
            connection.subscribe(lastPacketId, change.filter(), qos);
            expected = Packet.SUBACK;
        } else {
            stage.history.add(new Event.Unsubscribing(name, change.filter()));
            connection.unsubscribe(lastPacketId, change.filter());
            expected = Packet.UNSUBACK;
        }
        connection.flush();
        while (true) {
            Packet packet = connection.read(DEADLINE_MILLIS);
            if (packet == null) {
                throw new Connection.RefusedException("no acknowledgement of " + change);
            } else if (packet.type() == expected && packet.packetId() == lastPacketId) {
                break;
            }
            handle(packet);
            if (unacknowledged.size() >= UNACKNOWLEDGED_MOST || !connection.hasInput()) {
                acknowledge(connection);
            }
        }
        pending = null;
        if (change.subscribes()) {
            stage.history.add(new Event.Subscribed(name, change.filter()));
            subscribed.add(change.filter());
        } else {
            stage.history.add(new Event.Unsubscribed(name, change.filter()));
            subscribed.remove(change.filter());
        }
    }

    private void handle(Packet packet) {
        switch (packet.type()) {
            case Packet.PUBLISH -> {
                stage.history.add(new Event.Received(
                        name,
                        Payload.messageOf(packet.payload()),
                        packet.topic(),
                        packet.qos(),
                        packet.dup(),
                        packet.retain(),
                        packet.packetId(),
                        packet.remainingSeconds()));
                if (packet.qos() == 2) {
                    unreleased.add(packet.packetId());
                    unacknowledged.add(new int[] {Packet.PUBREC, packet.packetId()});
                } else if (packet.qos() == 1) {
                    unacknowledged.add(new int[] {Packet.PUBACK, packet.packetId()});
                }
            }
            case Packet.PUBREL -> {
                if (unreleased.remove(packet.packetId())) {
                    stage.history.add(new Event.Released(name, packet.packetId()));
                }
                unacknowledged.add(new int[] {Packet.PUBCOMP, packet.packetId()});
            }
            default -> throw new Connection.RefusedException("not asked for: " + packet);
        }
    }

    /** The broker sends no more of QoS 1 and 2 than that without an answer. */
    private int unacknowledgedMost() {
        int most = greeting.receiveMaximum();
        return most == 0 ? UNACKNOWLEDGED_MOST : Math.min(UNACKNOWLEDGED_MOST, most);
    }

    private void acknowledge(Connection connection) throws IOException {
        for (int[] each : unacknowledged) {
            connection.acknowledge(each[0], each[1]);
        }
        unacknowledged.clear();
        connection.flush();
    }
}
