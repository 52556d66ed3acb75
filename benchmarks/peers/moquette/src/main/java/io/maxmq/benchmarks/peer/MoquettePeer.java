package io.maxmq.benchmarks.peer;

import io.moquette.broker.Server;
import io.moquette.broker.config.IConfig;
import io.moquette.broker.config.MemoryConfig;
import java.nio.file.Path;
import java.util.Properties;

/** Moquette in memory mode or with its H2 files, everything else as it comes. */
public final class MoquettePeer implements PeerBroker {
    private Server server;

    public static void main(String[] args) throws Exception {
        PeerMain.run(args, new MoquettePeer());
    }

    @Override
    public void start(int port, Path directory, String storage) throws Exception {
        Properties properties = new Properties();
        properties.setProperty(IConfig.HOST_PROPERTY_NAME, "127.0.0.1");
        properties.setProperty(IConfig.PORT_PROPERTY_NAME, Integer.toString(port));
        properties.setProperty(IConfig.ALLOW_ANONYMOUS_PROPERTY_NAME, "true");
        properties.setProperty(IConfig.PERSISTENCE_ENABLED_PROPERTY_NAME, Boolean.toString(storage.equals("h2")));
        properties.setProperty(IConfig.DATA_PATH_PROPERTY_NAME, directory.toString());
        properties.setProperty(IConfig.ENABLE_TELEMETRY_NAME, "false");
        server = new Server();
        server.startServer(new MemoryConfig(properties));
    }

    @Override
    public void stop() {
        server.stopServer();
    }
}
