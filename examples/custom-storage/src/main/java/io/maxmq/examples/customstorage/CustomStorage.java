package io.maxmq.examples.customstorage;

import io.maxmq.JournalStorage;
import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;
import java.io.IOException;
import java.nio.file.Path;

/** A broker that keeps everything in a file of one's own making, the argument, until Enter is pressed. */
public final class CustomStorage {
    private CustomStorage() {}

    public static void main(String[] args) throws IOException {
        Path file = Path.of(args.length == 0 ? "maxmq.log" : args[0]);
        try (MaxMQ broker = MaxMQ.builder()
                .listener(Listener.tcp(0))
                .allowAnonymous()
                .storage(JournalStorage.on(new FileJournal(file)))
                .start()) {
            int port = broker.listeners().tcp().port();
            System.out.println("What is acknowledged on port " + port + " survives in " + file.toAbsolutePath());
            System.in.read(); // until Enter is pressed
        }
    }
}
