package io.maxmq.protocol;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.UserProperty;
import io.maxmq.config.Listener;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import io.maxmq.spi.intercept.Answer;
import io.maxmq.spi.intercept.AnswerInterceptor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Reason strings and user properties of answers, as interceptors leave them. */
class AnswerInterceptorTest {
    private static final AnswerInterceptor SIGNED =
            (client, answer) -> answer.withReasonString("to " + client.clientId())
                    .withUserProperties(List.of(
                            new UserProperty("type", answer.type().toString()),
                            new UserProperty("codes", answer.reasonCodes().toString())));

    private static TestBroker broker(AnswerInterceptor interceptor) {
        return TestBroker.start(builder -> builder.listener(Listener.tcp(0)).interceptor(interceptor));
    }

    private static void assertSigned(Properties properties, PacketType type, ReasonCode code) {
        assertThat(properties.string(PropertyId.REASON_STRING)).isEqualTo("to c");
        assertThat(properties.userProperties())
                .containsExactly(
                        new UserProperty("type", type.toString()),
                        new UserProperty("codes", List.of(code).toString()));
    }

    @Test
    void allFourAnswersCarryWhatIsPutIn() {
        try (TestBroker broker = broker(SIGNED)) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);

            assertSigned(client.connect("c", true).properties(), PacketType.CONNACK, ReasonCode.SUCCESS);
            assertSigned(
                    client.subscribe("a", QoS.AT_LEAST_ONCE).properties(), PacketType.SUBACK, ReasonCode.GRANTED_QOS_1);
            assertSigned(client.unsubscribe("a").properties(), PacketType.UNSUBACK, ReasonCode.SUCCESS);
            broker.broker().close();
            assertSigned(
                    client.expect(Disconnect.class).properties(),
                    PacketType.DISCONNECT,
                    ReasonCode.SERVER_SHUTTING_DOWN);
        }
    }

    @Test
    void whatTheBrokerSaysItselfStays() {
        try (TestBroker broker = broker(SIGNED)) {
            ConnAck answer = broker.tcpClient(ProtocolVersion.MQTT_5).connect("c", true);

            assertThat(answer.properties().has(PropertyId.MAXIMUM_PACKET_SIZE)).isTrue();
        }
    }

    @Test
    void withoutProblemInformationSubackStaysAsItIs() {
        try (TestBroker broker = broker(SIGNED)) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
            ConnAck answer = client.connect(new Connect(
                    ProtocolVersion.MQTT_5,
                    false,
                    true,
                    0,
                    Properties.builder()
                            .set(PropertyId.REQUEST_PROBLEM_INFORMATION, false)
                            .build(),
                    "c",
                    null,
                    null,
                    null));

            assertSigned(answer.properties(), PacketType.CONNACK, ReasonCode.SUCCESS);
            assertThat(client.subscribe("a", QoS.AT_LEAST_ONCE).properties().isEmpty())
                    .isTrue();
        }
    }

    @Test
    void aClientOfMqtt3IsNotAskedAbout() {
        List<Answer> asked = new CopyOnWriteArrayList<>();
        AnswerInterceptor recording = (client, answer) -> {
            asked.add(answer);
            return answer;
        };
        try (TestBroker broker = broker(recording)) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_3_1_1);
            client.connect("c", true);
            client.subscribe("a", QoS.AT_LEAST_ONCE);

            assertThat(asked).isEmpty();
        }
    }

    @Test
    void oneThatFailsLeavesTheAnswerAsItWasAndIsNamed() {
        AnswerInterceptor bad = (client, answer) -> {
            throw new IllegalStateException("bad");
        };
        AnswerInterceptor invalid = (client, answer) -> answer.withReasonString("\0");
        for (AnswerInterceptor each : List.of(bad, invalid)) {
            try (TestBroker broker = broker(each)) {
                TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);

                assertThat(client.connect("c", true).properties().string(PropertyId.REASON_STRING))
                        .isNull();
                client.ping();
                PluginFailed failed = broker.events().await(PluginFailed.class);
                assertThat(failed.operation()).isEqualTo("onAnswer");
                assertThat(failed.failure()).isEqualTo(each == bad ? Failure.THREW : Failure.INVALID_ANSWER);
            }
        }
    }
}
