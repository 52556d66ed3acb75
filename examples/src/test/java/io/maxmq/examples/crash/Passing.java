package io.maxmq.examples.crash;

import io.maxmq.examples.crash.Connection.Greeting;
import java.io.IOException;
import java.util.Random;

/** A client whose session ends soon after its connection; it is back now before, now after that. Runs on its own thread. */
final class Passing implements Stage.Part {
    private static final int EXPIRY_SECONDS = 2;

    /** Behind it the session must be gone, whatever the slack. */
    private static final int LONG_MILLIS = 4_500;

    private final Stage stage;
    private final String name;
    private final Random random;

    Passing(Stage stage, String name, long seed) {
        this.stage = stage;
        this.name = name;
        this.random = new Random(seed);
    }

    @Override
    public boolean play(int port) throws IOException {
        boolean mayGoOn = stage.act() == Stage.Act.STORM;
        stage.history.add(new Event.Connecting(name, false, EXPIRY_SECONDS));
        try (Connection connection = Connection.open(port, new Greeting(5, name, false, EXPIRY_SECONDS, 0, null))) {
            stage.history.add(new Event.Connected(name, connection.sessionPresent()));
            Stage.pauseUpTo(300, random);
            if (random.nextBoolean()) {
                connection.disconnect();
            }
        } finally {
            stage.history.add(new Event.Disconnected(name));
        }
        if (mayGoOn) {
            Stage.pause(random.nextInt(3) == 0 ? LONG_MILLIS : random.nextInt(500));
        }
        return mayGoOn;
    }
}
