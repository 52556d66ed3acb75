package io.maxmq.benchmarks.peer;

import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * HiveMQ CE in memory or file mode with an extension that lets everybody in, and with queues long enough for the closed loops: with
 * the default of 1000 messages it drops some at QoS 2.
 */
public final class HiveMqPeer implements PeerBroker {
    private static final String CONFIGURATION = """
            <?xml version="1.0"?>
            <hivemq>
              <listeners>
                <tcp-listener><port>%d</port><bind-address>127.0.0.1</bind-address></tcp-listener>
              </listeners>
              <persistence><mode>%s</mode></persistence>
              <mqtt><queued-messages><max-queue-size>1000000</max-queue-size></queued-messages></mqtt>
              <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
            </hivemq>
            """;

    private EmbeddedHiveMQ broker;

    public static void main(String[] args) throws Exception {
        PeerMain.run(args, new HiveMqPeer());
    }

    @Override
    public void start(int port, Path directory, String storage) throws Exception {
        Path conf = Files.createDirectories(directory.resolve("conf"));
        Files.writeString(
                conf.resolve("config.xml"),
                CONFIGURATION.formatted(port, storage.equals("file") ? "file" : "in-memory"));
        broker = EmbeddedHiveMQ.builder()
                .withConfigurationFolder(conf)
                .withDataFolder(Files.createDirectories(directory.resolve("data")))
                .withExtensionsFolder(Files.createDirectories(directory.resolve("extensions")))
                .withEmbeddedExtension(EmbeddedExtension.builder()
                        .withId("allow-all")
                        .withName("allow all")
                        .withVersion("1")
                        .withExtensionMain(new AllowAll())
                        .build())
                .withoutLoggingBootstrap()
                .build();
        broker.start().get();
    }

    @Override
    public void stop() throws Exception {
        broker.stop().get();
    }

    private static final class AllowAll implements ExtensionMain {
        @Override
        public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
            SimpleAuthenticator allow = (authInput, authOutput) -> authOutput.authenticateSuccessfully();
            Services.securityRegistry().setAuthenticatorProvider(provider -> allow);
        }

        @Override
        public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {}
    }
}
