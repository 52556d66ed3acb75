package io.maxmq.benchmarks.peer;

import java.nio.file.Path;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;

/** ActiveMQ Artemis with one MQTT acceptor, persistence and security off. */
public final class ArtemisPeer implements PeerBroker {
    private EmbeddedActiveMQ broker;

    public static void main(String[] args) throws Exception {
        PeerMain.run(args, new ArtemisPeer());
    }

    @Override
    public void start(int port, Path directory) throws Exception {
        Configuration configuration = new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setSecurityEnabled(false)
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
