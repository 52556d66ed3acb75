package io.maxmq.benchmarks.peer;

import java.nio.file.Path;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;

/**
 * ActiveMQ Artemis with one MQTT acceptor and security off; without persistence, or with its journal on files as it comes, that is
 * with fsync.
 */
public final class ArtemisPeer implements PeerBroker {
    /** With its 30 it closes connections: all of them wait for the journal when 100 clients connect, and none is left for it. */
    private static final int THREADS = 1_200;

    private EmbeddedActiveMQ broker;

    public static void main(String[] args) throws Exception {
        PeerMain.run(args, new ArtemisPeer());
    }

    @Override
    public void start(int port, Path directory, String storage) throws Exception {
        Configuration configuration = new ConfigurationImpl()
                .setPersistenceEnabled(storage.equals("journal"))
                .setJournalType(JournalType.NIO)
                .setSecurityEnabled(false)
                .setThreadPoolMaxSize(THREADS)
                .setJournalDirectory(directory.resolve("journal").toString())
                .setBindingsDirectory(directory.resolve("bindings").toString())
                .setPagingDirectory(directory.resolve("paging").toString())
                .setLargeMessagesDirectory(directory.resolve("large").toString())
                .addAcceptorConfiguration("mqtt", "tcp://127.0.0.1:" + port + "?protocols=MQTT");
        broker = new EmbeddedActiveMQ();
        broker.setConfiguration(configuration);
        broker.start();
    }

    @Override
    public void stop() throws Exception {
        broker.stop();
    }
}
