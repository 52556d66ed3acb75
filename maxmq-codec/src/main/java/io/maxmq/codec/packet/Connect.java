package io.maxmq.codec.packet;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * CONNECT: a client asks for a connection. MQTT 5.0 §3.1.
 *
 * @param bridge whether the client set the bridge bit, 0x80 of the protocol level: a widespread extension of 3.1 and
 *     3.1.1 that asks for the retain flag as published and excludes the client's own messages
 * @param cleanStart clean session before 5.0 (§3.1.2.4)
 * @param keepAliveSeconds 0..65535; 0 turns keep alive off (§3.1.2.10)
 * @param clientId may be empty, which asks for an assigned one (§3.1.3.1)
 * @param password may come without a user name in 5.0 only (§3.1.2.9)
 */
public record Connect(
        ProtocolVersion version,
        boolean bridge,
        boolean cleanStart,
        int keepAliveSeconds,
        Properties properties,
        String clientId,
        @Nullable ConnectWill will,
        @Nullable String userName,
        @Nullable ByteBuffer password)
        implements Packet {
    public Connect {
        if (keepAliveSeconds < 0 || keepAliveSeconds > 65_535) {
            throw new IllegalArgumentException(
                    "keepAliveSeconds must be 0..65535: keepAliveSeconds=" + keepAliveSeconds);
        }
        if (bridge && version.isV5()) {
            throw new IllegalArgumentException("MQTT 5.0 has no bridge bit: bridge=true");
        }
        if (password != null) {
            if (userName == null && !version.isV5()) {
                throw new IllegalArgumentException("before MQTT 5.0 a password needs a user name: userName=null");
            }
            password = PacketChecks.view(password);
        }
    }

    /** A connection without will, credentials and properties. */
    public static Connect of(ProtocolVersion version, String clientId, boolean cleanStart, int keepAliveSeconds) {
        return new Connect(version, false, cleanStart, keepAliveSeconds, Properties.NONE, clientId, null, null, null);
    }

    /** A fresh read-only view of the password, or null when there is none. */
    @Override
    public @Nullable ByteBuffer password() {
        return password == null ? null : password.duplicate();
    }

    @Override
    public PacketType type() {
        return PacketType.CONNECT;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "Connect[version=" + version + ", bridge=" + bridge + ", cleanStart=" + cleanStart
                + ", keepAliveSeconds="
                + keepAliveSeconds + ", properties=" + properties + ", clientId=" + clientId + ", will=" + will
                + ", userName=" + userName + ", password=" + (password == null ? "none" : "***") + ']';
    }
}
