package io.maxmq.core.connection;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Auth;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.core.access.Access;
import io.maxmq.core.access.EnhancedExchange;
import io.maxmq.core.limit.MemoryCredit.Lasting;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.AuthenticationStep;
import io.maxmq.spi.auth.EnhancedAuthenticationResult;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Enhanced authentication of one connection (MQTT 5.0 §4.12): the exchange that CONNECT has begun, and later those with
 * which the client authenticates itself again (§4.12.1), one at a time. Other packets go on meanwhile, once there was a
 * CONNACK.
 *
 * <p>Runs on the connection's loop. Not thread-safe.
 */
final class EnhancedAuthentication {
    private final Connection connection;
    private final Access access;
    private final ConnectionLimits limits;
    private final String method;

    // valid for one exchange
    private @Nullable EnhancedExchange exchange;
    private Consumer<EnhancedAuthenticationResult> outcome = result -> {};
    private boolean awaitsClient;
    private long timer;
    private long stepBytes;

    /** @param method of CONNECT, which somebody knows */
    EnhancedAuthentication(Connection connection, Access access, ConnectionLimits limits, String method) {
        this.connection = connection;
        this.access = access;
        this.limits = limits;
        this.method = method;
    }

    /** The exchange that CONNECT begins; {@code decided} is called with allowed or denied, unless the connection ends first. */
    void begin(AuthenticationRequest request, Properties connect, Consumer<EnhancedAuthenticationResult> decided) {
        begin(request, false, decided);
        step(stepOf(connect));
    }

    private void begin(AuthenticationRequest request, boolean again, Consumer<EnhancedAuthenticationResult> decided) {
        exchange = access.exchange(method, request, again, connection.caller());
        outcome = decided;
        timer = connection.loop().schedule(limits.authenticationTimeout().toNanos(), this::timedOut);
    }

    private static AuthenticationStep stepOf(Properties properties) {
        return new AuthenticationStep(
                Handshake.bytes(properties.binary(PropertyId.AUTHENTICATION_DATA)), properties.userProperties());
    }

    /** AUTH from the client: its answer, or its wish to authenticate itself again. */
    void onAuth(Auth auth) throws MalformedPacketException {
        if (!method.equals(auth.properties().string(PropertyId.AUTHENTICATION_METHOD))) {
            throw wrong("AUTH has another authentication method than CONNECT");
        }
        ByteBuffer data = auth.properties().binary(PropertyId.AUTHENTICATION_DATA);
        int bytes = data == null ? 0 : data.remaining();
        if (bytes > limits.maxPacketBytesBeforeConnect()) {
            throw new MalformedPacketException(
                    ReasonCode.PACKET_TOO_LARGE, "authentication data are larger than a CONNECT may be: " + bytes);
        }
        ClientInfo client = connection.client();
        boolean connected = connection.session() != null;
        if (auth.reason() == ReasonCode.RE_AUTHENTICATE) {
            if (!connected || exchange != null || client == null) {
                throw wrong("AUTH asks for re-authentication during an exchange");
            }
            begin(
                    new AuthenticationRequest(client, null, auth.properties().userProperties()),
                    true,
                    this::reauthenticated);
        } else if (exchange == null || !awaitsClient) {
            throw wrong("AUTH continues what nobody waits for");
        } else if (!connected) {
            connection.hold(InputGate.CONNECT);
        }
        if (!connection.charge(bytes, Lasting.SESSION)) {
            throw new MalformedPacketException(ReasonCode.QUOTA_EXCEEDED, "no memory for authentication data");
        }
        stepBytes = bytes;
        step(stepOf(auth.properties()));
    }

    private static MalformedPacketException wrong(String detail) {
        return new MalformedPacketException(ReasonCode.PROTOCOL_ERROR, detail);
    }

    private void step(AuthenticationStep step) {
        awaitsClient = false;
        EnhancedExchange asked = exchange;
        if (asked != null) {
            asked.next(step, this::answered);
        }
    }

    private void answered(EnhancedAuthenticationResult result) {
        connection.uncharge(stepBytes);
        stepBytes = 0;
        if (!(result instanceof EnhancedAuthenticationResult.Continue goOn)) {
            decide(result);
        } else if (connection.send(new Auth(ReasonCode.CONTINUE_AUTHENTICATION, properties(goOn.data())))) {
            awaitsClient = true;
            if (connection.session() == null) {
                connection.release(InputGate.CONNECT);
            }
        } else {
            decide(tooLarge());
        }
    }

    private static EnhancedAuthenticationResult.Denied tooLarge() {
        return EnhancedAuthenticationResult.denied(
                ReasonCode.PACKET_TOO_LARGE, "AUTH is larger than the client's maximum packet size");
    }

    private void timedOut() {
        timer = 0;
        decide(EnhancedAuthenticationResult.denied(
                ReasonCode.NOT_AUTHORIZED, "authentication has taken longer than " + limits.authenticationTimeout()));
    }

    private void decide(EnhancedAuthenticationResult result) {
        close();
        outcome.accept(result);
    }

    /** Ends the exchange, if there is one. */
    void close() {
        EnhancedExchange ended = exchange;
        exchange = null;
        awaitsClient = false;
        if (timer != 0) {
            connection.loop().cancel(timer);
            timer = 0;
        }
        if (ended != null) {
            ended.close();
        }
    }

    private void reauthenticated(EnhancedAuthenticationResult result) {
        ClientInfo client = connection.client();
        if (result instanceof EnhancedAuthenticationResult.Denied denied) {
            end(denied.denied());
        } else if (result instanceof EnhancedAuthenticationResult.Allowed allowed && client != null) {
            if (!isSame(client, Access.authenticated(client, allowed.as()))) {
                end(new AuthenticationResult.Denied(ReasonCode.NOT_AUTHORIZED, "re-authentication as another client"));
            } else if (!connection.send(
                    new Auth(ReasonCode.SUCCESS, properties(allowed.data().orElse(null))))) {
                end(tooLarge().denied());
            } else {
                connection
                        .deadlines()
                        .until(ConnectTime.endOf(allowed.as(), connection.out().tls()));
            }
        }
    }

    private static boolean isSame(ClientInfo before, ClientInfo now) {
        return before.clientId().equals(now.clientId())
                && before.tenant().equals(now.tenant())
                && before.username().equals(now.username());
    }

    private void end(AuthenticationResult.Denied denied) {
        ReasonCode reason = denied.reasonCode().allowedIn(PacketType.DISCONNECT, false)
                ? denied.reasonCode()
                : ReasonCode.NOT_AUTHORIZED;
        connection.end(Initiator.BROKER, reason, denied.reason() == null ? "" : denied.reason());
    }

    /** What CONNACK and each AUTH carry [MQTT-4.12.0-5]. */
    Properties properties(byte @Nullable [] data) {
        Properties.Builder properties = Properties.builder();
        addTo(properties, data);
        return properties.build();
    }

    void addTo(Properties.Builder properties, byte @Nullable [] data) {
        properties.set(PropertyId.AUTHENTICATION_METHOD, method);
        if (data != null) {
            properties.set(PropertyId.AUTHENTICATION_DATA, ByteBuffer.wrap(data));
        }
    }
}
