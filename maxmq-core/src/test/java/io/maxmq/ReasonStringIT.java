package io.maxmq;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttUtf8String;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5MessageException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubRecException;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAck;
import com.hivemq.client.mqtt.mqtt5.message.publish.pubrec.Mqtt5PubRec;
import io.maxmq.codec.ReasonCode;
import io.maxmq.config.Listener;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.PublishInterceptor;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** What a client of MQTT 5.0 is told when its PUBLISH is refused (§3.4.2.2.2, §3.5.2.2.2). */
class ReasonStringIT {
    private static final PublishInterceptor REFUSING =
            (client, message) -> message.topic().startsWith("closed/")
                    ? Decision.refuse(ReasonCode.NOT_AUTHORIZED, "closed until Monday")
                    : Decision.proceed();

    @AutoClose
    private final TestBroker broker =
            TestBroker.start(builder -> builder.listener(Listener.tcp(0)).interceptor(REFUSING));

    private Mqtt5BlockingClient connected(boolean wantsToKnow) {
        Mqtt5BlockingClient client = MqttClient.builder()
                .useMqttVersion5()
                .identifier("client")
                .serverHost("127.0.0.1")
                .serverPort(broker.broker().listeners().tcp().port())
                .buildBlocking();
        client.connectWith()
                .restrictions()
                .requestProblemInformation(wantsToKnow)
                .applyRestrictions()
                .send();
        return client;
    }

    private static Mqtt5PubAck refusedAtLeastOnce(Mqtt5BlockingClient client) {
        Mqtt5MessageException refused = catchThrowableOfType(
                Mqtt5PubAckException.class,
                () -> client.publishWith()
                        .topic("closed/a")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .send());
        return (Mqtt5PubAck) refused.getMqttMessage();
    }

    @Test
    void sayWhatTheInterceptorSaid() {
        Mqtt5BlockingClient client = connected(true);
        try {
            assertThat(refusedAtLeastOnce(client).getReasonString()).contains(MqttUtf8String.of("closed until Monday"));
            Mqtt5MessageException refused = catchThrowableOfType(
                    Mqtt5PubRecException.class,
                    () -> client.publishWith()
                            .topic("closed/a")
                            .qos(MqttQos.EXACTLY_ONCE)
                            .send());
            assertThat(((Mqtt5PubRec) refused.getMqttMessage()).getReasonString())
                    .contains(MqttUtf8String.of("closed until Monday"));
            client.publishWith().topic("open").qos(MqttQos.AT_LEAST_ONCE).send();
        } finally {
            client.disconnect();
        }
    }

    @Test
    void areNotSentToWhoDoesNotWantThem() {
        Mqtt5BlockingClient client = connected(false);
        try {
            assertThat(refusedAtLeastOnce(client).getReasonString()).isEmpty();
        } finally {
            client.disconnect();
        }
    }
}
