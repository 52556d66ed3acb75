package io.maxmq.spring.boottests;

import io.maxmq.MaxMQ;
import io.maxmq.auth.PasswordFile;
import io.maxmq.auth.PasswordHasher;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SettingsTest {
    private static final int QUICK_ITERATIONS = 1000;

    @TempDir
    Path directory;

    @Test
    void passwordFileAdmitsItsUsersOnly() throws Exception {
        Path users = directory.resolve("users");
        PasswordFile.setPassword(
                users, "alice", "secret".getBytes(StandardCharsets.UTF_8), PasswordHasher.pbkdf2(QUICK_ITERATIONS));

        try (ConfigurableApplicationContext application =
                BootApplication.run("maxmq.listeners.mqtt.port=0", "maxmq.password-file=" + users)) {
            String uri = BootApplication.uri(application);
            MqttClient.connect(uri, credentials("alice", "secret")).close();

            assertThatThrownBy(() -> MqttClient.connect(uri, credentials("alice", "guess")))
                    .isInstanceOf(MqttException.class);
            assertThatThrownBy(() -> MqttClient.connect(uri)).isInstanceOf(MqttException.class);
        }
    }

    @Test
    void aclFileDeniesPublishing() throws Exception {
        Path rules = Files.writeString(directory.resolve("rules"), "allow subscribe topic=#\nallow all topic=open\n");

        try (ConfigurableApplicationContext application = BootApplication.run(
                        "maxmq.listeners.mqtt.port=0", "maxmq.allow-anonymous=true", "maxmq.acl-file=" + rules);
                MqttClient client = MqttClient.connect(BootApplication.uri(application))) {
            client.subscribe("#");
            client.publish("closed", "denied", false);
            client.publish("open", "allowed", false);

            assertThat(client.receive()).isEqualTo("allowed");
        }
    }

    @Test
    void storageDirectoryKeepsRetainedMessages() throws Exception {
        String[] properties = {
            "maxmq.listeners.mqtt.port=0",
            "maxmq.allow-anonymous=true",
            "maxmq.storage.directory=" + directory,
            "maxmq.storage.durability=os"
        };
        try (ConfigurableApplicationContext application = BootApplication.run(properties);
                MqttClient client = MqttClient.connect(BootApplication.uri(application))) {
            client.publish("kept", "value", true);
        }

        try (ConfigurableApplicationContext application = BootApplication.run(properties);
                MqttClient client = MqttClient.connect(BootApplication.uri(application))) {
            assertThat(client.subscribe("kept").receive()).isEqualTo("value");
        }
    }

    @Test
    void configurationFileDescribesTheBroker() throws Exception {
        Path file = Files.writeString(
                directory.resolve("maxmq.conf"),
                "name = from-file\nallow-anonymous = true\nlisteners { plain { type = tcp, port = 0 } }\n");

        try (ConfigurableApplicationContext application = BootApplication.run("maxmq.config-file=" + file);
                MqttClient client = MqttClient.connect(BootApplication.uri(application))) {
            client.subscribe("greetings/answer").publish("greetings/ask", "file", false);

            assertThat(client.receive()).isEqualTo("Hello, file");
            assertThat(application.getBean(MaxMQ.class).name()).isEqualTo("from-file");
        }
    }

    @Test
    void propertiesBesideAConfigurationFileAreRefused() throws Exception {
        Path file = Files.writeString(directory.resolve("maxmq.conf"), "");

        assertThatThrownBy(() -> BootApplication.run("maxmq.config-file=" + file, "maxmq.listeners.mqtt.port=0"))
                .rootCause()
                .hasMessageContaining("remove the property or set it in the file: [maxmq.listeners]");
    }

    @Test
    void webSocketListenerTakesItsPath() throws Exception {
        try (ConfigurableApplicationContext application = BootApplication.run(
                        "maxmq.allow-anonymous=true",
                        "maxmq.listeners.browsers.port=0",
                        "maxmq.listeners.browsers.protocol=websocket",
                        "maxmq.listeners.browsers.path=/broker");
                MqttClient client =
                        MqttClient.connect("ws://127.0.0.1:" + BootApplication.port(application) + "/broker")) {
            client.subscribe("greetings/answer").publish("greetings/ask", "browser", false);

            assertThat(client.receive()).isEqualTo("Hello, browser");
        }
    }

    @Test
    void tlsListenerUsesItsKeyStore() throws Exception {
        Path keys = directory.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=DNS:localhost,IP:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        keys.toString())
                .inheritIO()
                .start();
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        MqttConnectionOptions trusting = new MqttConnectionOptions();
        trusting.setSocketFactory(trusting(keys).getSocketFactory());

        try (ConfigurableApplicationContext application = BootApplication.run(
                        "maxmq.allow-anonymous=true",
                        "maxmq.listeners.mqtts.port=0",
                        "maxmq.listeners.mqtts.tls.key-store=" + keys,
                        "maxmq.listeners.mqtts.tls.key-store-password=changeit");
                MqttClient client =
                        MqttClient.connect("ssl://127.0.0.1:" + BootApplication.port(application), trusting)) {
            client.subscribe("greetings/answer").publish("greetings/ask", "TLS", false);

            assertThat(client.receive()).isEqualTo("Hello, TLS");
        }
    }

    @Test
    void incompleteTlsIsRefused() {
        assertThatThrownBy(() -> BootApplication.run(
                        Nothing.class, "maxmq.listeners.mqtts.port=0", "maxmq.listeners.mqtts.tls.certificate=a.crt"))
                .rootCause()
                .hasMessageContaining("either certificate and private-key or key-store: maxmq.listeners.mqtts.tls");
    }

    private static SSLContext trusting(Path keys) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            trusted.load(in, "changeit".toCharArray());
        }
        KeyStore certificates = KeyStore.getInstance("PKCS12");
        certificates.load(null, null);
        certificates.setCertificateEntry("server", trusted.getCertificate("server"));
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(certificates);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    private static MqttConnectionOptions credentials(String user, String password) {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setUserName(user);
        options.setPassword(password.getBytes(StandardCharsets.UTF_8));
        return options;
    }
}
