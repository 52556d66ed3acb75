package io.maxmq.junit;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.spi.Message;
import io.maxmq.spi.Preview;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The CONNECT options of a {@link TestClient}. Immutable; each method returns a changed copy.
 *
 *
 * @since 0.1.0
 */
@Preview
public final class ClientOptions {
    private final String clientId;
    private final ProtocolVersion version;
    private final boolean cleanStart;
    private final long sessionExpirySeconds;
    private final int keepAliveSeconds;
    private final int receiveMaximum;
    private final @Nullable Message will;
    private final long willDelaySeconds;
    private final @Nullable String userName;
    private final @Nullable String password;

    private ClientOptions(Draft draft) {
        clientId = draft.clientId;
        version = draft.version;
        cleanStart = draft.cleanStart;
        sessionExpirySeconds = draft.sessionExpirySeconds;
        keepAliveSeconds = draft.keepAliveSeconds;
        receiveMaximum = draft.receiveMaximum;
        will = draft.will;
        willDelaySeconds = draft.willDelaySeconds;
        userName = draft.userName;
        password = draft.password;
    }

    /** MQTT 5.0, a clean start, no session expiry, no keep alive, no will, no user. */
    public static ClientOptions of(String clientId) {
        return new ClientOptions(new Draft(clientId));
    }

    /** Another version of MQTT. */
    public ClientOptions version(ProtocolVersion newVersion) {
        Draft draft = new Draft(this);
        draft.version = newVersion;
        return new ClientOptions(draft);
    }

    /** Clean Start (5.0), Clean Session (3.1, 3.1.1). */
    public ClientOptions cleanStart(boolean newCleanStart) {
        Draft draft = new Draft(this);
        draft.cleanStart = newCleanStart;
        return new ClientOptions(draft);
    }

    /**
     * Sets the session expiry interval after the end of the connection; in whole seconds, MQTT 5.0 only.
     *
     *
     * @throws IllegalArgumentException when it is not 0..2^32-1 s
     */
    public ClientOptions sessionExpiry(Duration expiry) {
        Draft draft = new Draft(this);
        draft.sessionExpirySeconds = seconds("sessionExpiry", expiry, 0xFFFF_FFFFL);
        return new ClientOptions(draft);
    }

    /**
     * Sets the keep alive of CONNECT, in whole seconds; zero turns it off. The client sends no PINGREQ of its own, so
     * that a test can observe a silent client.
     *
     *
     * @throws IllegalArgumentException when it is not 0..65535 s
     */
    public ClientOptions keepAlive(Duration keepAlive) {
        Draft draft = new Draft(this);
        draft.keepAliveSeconds = (int) seconds("keepAlive", keepAlive, 65_535);
        return new ClientOptions(draft);
    }

    /**
     * Returns the number of messages of QoS 1 and 2 the broker may send without an acknowledgement, 1..65535; MQTT 5.0 only.
     *
     * @throws IllegalArgumentException when it is out of its range
     */
    public ClientOptions receiveMaximum(int maximum) {
        if (maximum < 1 || maximum > 65_535) {
            throw new IllegalArgumentException("receiveMaximum must be 1..65535: receiveMaximum=" + maximum);
        }
        Draft draft = new Draft(this);
        draft.receiveMaximum = maximum;
        return new ClientOptions(draft);
    }

    /** Sets the will: the broker publishes it when the connection breaks. */
    public ClientOptions will(Message newWill) {
        Draft draft = new Draft(this);
        draft.will = newWill;
        return new ClientOptions(draft);
    }

    /**
     * Sets the will delay, in whole seconds; MQTT 5.0 only.
     *
     *
     * @throws IllegalArgumentException when it is not 0..2^32-1 s
     */
    public ClientOptions willDelay(Duration delay) {
        Draft draft = new Draft(this);
        draft.willDelaySeconds = seconds("willDelay", delay, 0xFFFF_FFFFL);
        return new ClientOptions(draft);
    }

    /** User name and password. */
    public ClientOptions credentials(String newUserName, String newPassword) {
        Draft draft = new Draft(this);
        draft.userName = Objects.requireNonNull(newUserName, "userName");
        draft.password = Objects.requireNonNull(newPassword, "password");
        return new ClientOptions(draft);
    }

    private static long seconds(String name, Duration duration, long most) {
        long seconds = duration.toSeconds();
        if (duration.isNegative() || seconds > most) {
            throw new IllegalArgumentException(name + " must be 0.." + most + " s: " + name + "=" + duration);
        }
        return seconds;
    }

    String clientId() {
        return clientId;
    }

    ProtocolVersion version() {
        return version;
    }

    /** The packet; what the version cannot say is a mistake of the test. */
    Connect connect() {
        if (!version.isV5() && (sessionExpirySeconds > 0 || receiveMaximum > 0 || willDelaySeconds > 0)) {
            throw new IllegalArgumentException("sessionExpiry, receiveMaximum and willDelay need MQTT 5.0; before it"
                    + " cleanStart(false) keeps the session: version=" + version + ", clientId=" + clientId);
        }
        Properties.Builder properties = Properties.builder();
        if (sessionExpirySeconds > 0) {
            properties.set(PropertyId.SESSION_EXPIRY_INTERVAL, sessionExpirySeconds);
        }
        if (receiveMaximum > 0) {
            properties.set(PropertyId.RECEIVE_MAXIMUM, receiveMaximum);
        }
        ByteBuffer passwordBytes = password == null ? null : ByteBuffer.wrap(password.getBytes(StandardCharsets.UTF_8));
        return new Connect(
                version,
                false,
                cleanStart,
                keepAliveSeconds,
                properties.build(),
                clientId,
                will == null ? null : packetWill(will),
                userName,
                passwordBytes);
    }

    private ConnectWill packetWill(Message message) {
        Properties properties = Properties.NONE;
        if (version.isV5()) {
            properties = MessageProperties.of(message);
            if (willDelaySeconds > 0) {
                properties = properties.toBuilder()
                        .set(PropertyId.WILL_DELAY_INTERVAL, willDelaySeconds)
                        .build();
            }
        }
        return new ConnectWill(message.topic(), message.payload(), message.qos(), message.retain(), properties);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "ClientOptions[clientId=" + clientId + ", " + version + ", cleanStart=" + cleanStart
                + ", sessionExpirySeconds=" + sessionExpirySeconds + ", keepAliveSeconds=" + keepAliveSeconds + "]";
    }

    /** The fields while one is changed. */
    private static final class Draft {
        private final String clientId;
        private ProtocolVersion version = ProtocolVersion.MQTT_5;
        private boolean cleanStart = true;
        private long sessionExpirySeconds;
        private int keepAliveSeconds;
        private int receiveMaximum;
        private @Nullable Message will;
        private long willDelaySeconds;
        private @Nullable String userName;
        private @Nullable String password;

        private Draft(String clientId) {
            this.clientId = Objects.requireNonNull(clientId, "clientId");
        }

        private Draft(ClientOptions from) {
            clientId = from.clientId;
            version = from.version;
            cleanStart = from.cleanStart;
            sessionExpirySeconds = from.sessionExpirySeconds;
            keepAliveSeconds = from.keepAliveSeconds;
            receiveMaximum = from.receiveMaximum;
            will = from.will;
            willDelaySeconds = from.willDelaySeconds;
            userName = from.userName;
            password = from.password;
        }
    }
}
