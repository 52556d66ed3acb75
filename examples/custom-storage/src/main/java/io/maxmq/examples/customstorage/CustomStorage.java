package io.maxmq.examples.customstorage;

import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;
import java.io.IOException;
import java.nio.file.Path;

/** Runs a broker on a store of its own, in the file that is the first argument, until Enter is pressed. */
public final class CustomStorage {
    private CustomStorage() {}

    public static void main(String[] args) throws IOException {
        Path file = Path.of(args.length == 0 ? "maxmq.mv" : args[0]);
        try (MaxMQ broker = MaxMQ.builder()
                .listener(Listener.tcp(0))
                .allowAnonymous()
                .storage(new MvStorage(file))
                .start()) {
            int port = broker.listeners().tcp().port();
            System.out.println("Broker on port " + port + " stores sessions and messages in " + file.toAbsolutePath());
            System.in.read(); // until Enter is pressed
        }
    }
}
