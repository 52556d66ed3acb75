package io.maxmq.examples.crash;

import io.maxmq.examples.crash.Connection.Greeting;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Somebody new each time, who subscribes to what is retained and notes what is there. It waits for as long as something
 * is missing that should be there. Runs on its own thread.
 */
final class RetainedReader implements Stage.Part {
    private static final int POLL_MILLIS = 100;
    private static final Duration DEADLINE = Duration.ofSeconds(15);

    private final Stage stage;
    private final String name;
    private final List<String> topics;
    private int lastNumber;

    RetainedReader(Stage stage, String name, List<String> topics) {
        this.stage = stage;
        this.name = name;
        this.topics = topics;
    }

    @Override
    public boolean play(int port) throws IOException {
        read(port);
        Stage.pause(POLL_MILLIS);
        return stage.act() == Stage.Act.STORM;
    }

    /** Reads them once; notes nothing when the broker goes away meanwhile. */
    void read(int port) throws IOException {
        try (Connection connection =
                Connection.open(port, new Greeting(5, name + "-" + ++lastNumber, true, 0, 0, null))) {
            int since = stage.history.size();
            long startNanos = System.nanoTime();
            for (int i = 0; i < topics.size(); i++) {
                connection.subscribe(i + 1, topics.get(i), 1);
            }
            connection.flush();
            Map<String, String> found = new HashMap<>();
            while (true) {
                Packet packet = connection.read(POLL_MILLIS);
                if (packet != null) {
                    if (packet.type() == Packet.PUBLISH && packet.retain()) {
                        found.putIfAbsent(packet.topic(), Payload.messageOf(packet.payload()));
                    }
                    if (packet.type() == Packet.PUBLISH && packet.qos() == 1) {
                        connection.acknowledge(Packet.PUBACK, packet.packetId());
                        connection.flush();
                    }
                }
                boolean isLate = System.nanoTime() - startNanos > DEADLINE.toNanos();
                if ((packet == null || isLate) && (isLate || isRight(found, since))) {
                    break;
                }
            }
            for (String topic : topics) {
                stage.history.add(new Event.RetainedRead(topic, found.get(topic), since));
            }
            connection.disconnect();
        }
    }

    private boolean isRight(Map<String, String> found, int since) {
        List<History.Entry> history = stage.history.entries();
        RetainedValues values = new RetainedValues(Ledger.of(history));
        return topics.stream().allMatch(topic -> values.isRight(topic, found.get(topic), since, history.size()));
    }
}
