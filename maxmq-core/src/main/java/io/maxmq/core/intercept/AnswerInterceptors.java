package io.maxmq.core.intercept;

import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.UnsubAck;
import io.maxmq.codec.packet.UserProperty;
import io.maxmq.core.observe.PluginFailures;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.intercept.Answer;
import io.maxmq.spi.intercept.AnswerInterceptor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The interceptors of what clients are answered. Immutable; runs on the asking loop. */
public final class AnswerInterceptors {
    private final List<AnswerInterceptor> interceptors;
    private final PluginFailures failures;

    AnswerInterceptors(List<AnswerInterceptor> interceptors, PluginFailures failures) {
        this.interceptors = interceptors;
        this.failures = failures;
    }

    /**
     * The packet as interceptors leave it; the same when they change nothing, or it is none of those that they see.
     *
     * @param problemInformation whether the client wants it (MQTT 5.0 §3.1.2.11.7)
     */
    public Packet changed(ClientInfo client, Packet packet, boolean problemInformation) {
        if (packet instanceof ConnAck connAck) {
            Properties properties = changed(client, packet, List.of(connAck.reason()), connAck.properties());
            return properties == null ? packet : new ConnAck(connAck.sessionPresent(), connAck.reason(), properties);
        } else if (packet instanceof Disconnect disconnect) {
            Properties properties = changed(client, packet, List.of(disconnect.reason()), disconnect.properties());
            return properties == null ? packet : new Disconnect(disconnect.reason(), properties);
        } else if (!problemInformation) {
            return packet;
        } else if (packet instanceof SubAck subAck) {
            Properties properties = changed(client, packet, subAck.reasons(), subAck.properties());
            return properties == null ? packet : new SubAck(subAck.packetId(), properties, subAck.reasons());
        } else if (packet instanceof UnsubAck unsubAck) {
            Properties properties = changed(client, packet, unsubAck.reasons(), unsubAck.properties());
            return properties == null ? packet : new UnsubAck(unsubAck.packetId(), properties, unsubAck.reasons());
        }
        return packet;
    }

    /** What was changed cannot be sent: a text has what MQTT does not allow. */
    public void reportInvalid(RuntimeException problem) {
        failures.report(interceptors.get(0).name(), "onAnswer", Failure.INVALID_ANSWER, problem);
    }

    /** Null when nothing is changed. */
    private @Nullable Properties changed(
            ClientInfo client, Packet packet, List<ReasonCode> reasons, Properties properties) {
        Answer asked = new Answer(
                packet.type(), reasons, properties.string(PropertyId.REASON_STRING), properties.userProperties());
        Answer current = asked;
        for (AnswerInterceptor each : interceptors) {
            try {
                Answer answer = each.onAnswer(client, current);
                if (answer == null) {
                    failures.report(each.name(), "onAnswer", Failure.NULL, null);
                } else {
                    current = answer;
                }
            } catch (Throwable t) { // the embedder's code
                failures.report(each.name(), "onAnswer", Failure.THREW, t);
            }
        }
        return current == asked ? null : with(properties, current);
    }

    private static Properties with(Properties properties, Answer answer) {
        Properties.Builder builder =
                properties.without(PropertyId.REASON_STRING).without(PropertyId.USER_PROPERTY).toBuilder();
        answer.reasonString().ifPresent(text -> builder.set(PropertyId.REASON_STRING, text));
        for (UserProperty each : answer.userProperties()) {
            builder.userProperty(each.name(), each.value());
        }
        return builder.build();
    }
}
