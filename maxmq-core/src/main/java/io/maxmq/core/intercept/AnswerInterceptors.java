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
import io.maxmq.core.access.PluginCalls;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.intercept.Answer;
import io.maxmq.spi.intercept.AnswerInterceptor;
import io.maxmq.spi.intercept.Decision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The interceptors of answers to MQTT 5.0 clients. Immutable; runs on the asking loop. */
public final class AnswerInterceptors {
    private final AnswerChain chain;

    AnswerInterceptors(List<AnswerInterceptor> interceptors, PluginCalls calls) {
        this.chain = new AnswerChain(interceptors, calls);
    }

    /**
     * Returns the packet with the changes of the interceptors; the same object without changes, and for other types of packets.
     *
     * @param problemInformation true when the client wants it (MQTT 5.0 §3.1.2.11.7)
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

    /** Reports a changed text that MQTT cannot send. */
    public void reportInvalid(RuntimeException problem) {
        chain.reportInvalid(problem);
    }

    /** Null without changes. */
    private @Nullable Properties changed(
            ClientInfo client, Packet packet, List<ReasonCode> reasons, Properties properties) {
        Answer asked = new Answer(
                packet.type(), reasons, properties.string(PropertyId.REASON_STRING), properties.userProperties());
        return chain.run(client, asked) instanceof Decision.Change<Answer> change
                ? with(properties, change.value())
                : null;
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

    private static final class AnswerChain extends Chain<AnswerInterceptor, ClientInfo, Answer> {
        AnswerChain(List<AnswerInterceptor> interceptors, PluginCalls calls) {
            super(Hook.ANSWER, interceptors, calls);
        }

        @Override
        @Nullable
        Decision<Answer> ask(AnswerInterceptor interceptor, ClientInfo client, Answer answer) {
            Answer changed = interceptor.onAnswer(client, answer);
            return changed == null ? null : Decision.change(changed);
        }
    }
}
