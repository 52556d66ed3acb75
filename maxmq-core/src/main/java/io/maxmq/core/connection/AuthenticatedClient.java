package io.maxmq.core.connection;

import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.Utf8;
import io.maxmq.core.access.Access;
import io.maxmq.core.session.InProcessNames;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Will;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.ClientLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Client as an authenticator confirms it.
 *
 * @param info with the names of that answer
 * @param limits in place of the settings
 * @param untilEpochMillis end of the credentials; {@code Long.MAX_VALUE} for none
 * @param authenticationData of enhanced authentication, for CONNACK; null for none
 */
record AuthenticatedClient(
        ClientInfo info, ClientLimits limits, long untilEpochMillis, byte @Nullable [] authenticationData) {
    /** Applies the answer to the client; a claimed user name does not spare the client the keep alive of anonymous clients. */
    static ClientInfo describe(ClientInfo before, AuthenticationResult.Allowed allowed, IntervalCaps caps) {
        ClientInfo client = Access.authenticated(before, allowed);
        if (before.username().isPresent() && client.username().isEmpty()) {
            client = client.toBuilder()
                    .keepAliveSeconds(caps.keepAliveSeconds(client.keepAliveSeconds(), true, client.protocolVersion()))
                    .build();
        }
        return limited(client, allowed.limits());
    }

    private static ClientInfo limited(ClientInfo client, ClientLimits limits) {
        if (limits == ClientLimits.none()) {
            return client;
        }
        int keepAlive = client.keepAliveSeconds();
        int longest = (int) limits.maxKeepAlive().orElse(Duration.ZERO).toSeconds();
        if (longest > 0) {
            keepAlive = keepAlive == 0 ? longest : Math.min(keepAlive, longest);
        }
        return client.toBuilder()
                .keepAliveSeconds(keepAlive)
                .sessionExpirySeconds(IntervalCaps.expirySeconds(client.sessionExpirySeconds(), limits))
                .build();
    }

    /**
     * Checks the client before anything of its tenant and session is looked up; null when it is acceptable.
     *
     * @param choseId whether CONNECT carried a client id
     */
    @Nullable
    ConnectRefusal refusal(@Nullable Will will, boolean choseId, Connections home) {
        if (!home.admits(info.tenant())) {
            return new ConnectRefusal(ReasonCode.QUOTA_EXCEEDED, "too many tenants");
        }
        QoS mostQos = limits.maximumQos().orElse(QoS.EXACTLY_ONCE);
        if (will != null && mostQos.compareTo(will.message().qos()) < 0) {
            return new ConnectRefusal(
                    ReasonCode.QOS_NOT_SUPPORTED, "QoS of the will is above what the client may have");
        }
        String invalid = null;
        if (!isClientId(info.clientId())) {
            invalid = "the client id that it is given is none";
        } else if (InProcessNames.isReserved(info.clientId())) {
            invalid = "the client id is one of the application's";
        } else if (choseId && !home.clientIds().allows(info.clientId(), info.username())) {
            invalid = "the client id does not belong to the user";
        }
        return invalid == null ? null : new ConnectRefusal(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, invalid);
    }

    /** Returns whether a client id can be sent: an interceptor or authenticator may have chosen it. */
    private static boolean isClientId(String clientId) {
        int bytes = Utf8.encodedLength(clientId);
        return bytes > 0 && bytes <= Utf8.MAX_BYTES;
    }
}
