package io.maxmq.core.connection;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.config.Tenancy;
import io.maxmq.spi.ClientInfo;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Client as its CONNECT describes it, before an authenticator confirms anything. Stateless. */
final class ClaimedClient {
    private ClaimedClient() {}

    /** Checks the client id of a CONNECT; null when it is acceptable. */
    static @Nullable ConnectRefusal refusal(Connect connect, int maxClientIdBytes) {
        String clientId = connect.clientId();
        if (clientId.isEmpty() && connect.version() == ProtocolVersion.MQTT_3_1) {
            return invalidId("MQTT 3.1 has no empty client id");
        }
        if (clientId.isEmpty() && !connect.version().isV5() && !connect.cleanStart()) {
            return invalidId("empty client id without clean session");
        }
        return clientId.length() > maxClientIdBytes
                        || clientId.getBytes(StandardCharsets.UTF_8).length > maxClientIdBytes
                ? invalidId("client id is longer than " + maxClientIdBytes + " bytes")
                : null;
    }

    private static ConnectRefusal invalidId(String detail) {
        return new ConnectRefusal(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, detail);
    }

    /** Describes the client, with a client id of the broker's where CONNECT has none. */
    static ClientInfo of(Connect connect, ByteSink out, Tenancy tenancy, IntervalCaps caps, long nowEpochMillis) {
        String clientId = connect.clientId().isEmpty() ? "auto-" + UUID.randomUUID() : connect.clientId();
        return ClientInfo.builder(clientId, connect.version(), out.remoteAddress(), out.listener())
                .tls(out.tls())
                .tenant(ClientTenant.before(tenancy, out.tls()))
                .username(connect.userName())
                .cleanStart(connect.cleanStart())
                .keepAliveSeconds(caps.keepAliveSeconds(
                        connect.keepAliveSeconds(), connect.userName() == null, connect.version()))
                .sessionExpirySeconds(expirySeconds(connect, caps))
                .connectedAtEpochMillis(nowEpochMillis)
                .build();
    }

    /** Returns how long the session outlives the connection: MQTT 3 says it with clean session (§3.1.2.4, MQTT 3.1.1). */
    private static long expirySeconds(Connect connect, IntervalCaps caps) {
        if (connect.version().isV5()) {
            return caps.expirySeconds(connect.properties().longOr(PropertyId.SESSION_EXPIRY_INTERVAL, 0));
        }
        return connect.cleanStart() ? 0 : caps.expirySecondsV3();
    }
}
