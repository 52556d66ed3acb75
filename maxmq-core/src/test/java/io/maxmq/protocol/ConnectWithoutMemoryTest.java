package io.maxmq.protocol;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.config.MemoryLimits;
import io.maxmq.spi.MemoryAccount;
import io.maxmq.spi.Message;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A client with a session that connects again while the memory budget is used up. An extension uses it up. */
class ConnectWithoutMemoryTest {
    private static final long CAPACITY = 64 << 20;

    /** Leaves less than half of what is not set aside: enough for connections and sessions, not for more wills. */
    private static final long TAKEN = CAPACITY / 32 * 15;

    private static final class Hog implements Extension {
        private MemoryAccount memory;

        @Override
        public CompletionStage<Void> start(BrokerContext of) {
            memory = of.memoryAccount();
            return CompletableFuture.completedFuture(null);
        }
    }

    private final Hog hog = new Hog();

    @AutoClose
    private final TestBroker broker =
            TestBroker.start(builder -> builder.extension(hog).memory(new MemoryLimits(2 * CAPACITY, CAPACITY)));

    private static Connect connect(ProtocolVersion version, boolean cleanStart, int willBytes) {
        ConnectWill will = willBytes == 0
                ? null
                : new ConnectWill(
                        "will", ByteBuffer.wrap(new byte[willBytes]), QoS.AT_LEAST_ONCE, false, Properties.NONE);
        Properties properties = version.isV5()
                ? Properties.builder()
                        .set(PropertyId.SESSION_EXPIRY_INTERVAL, 1000)
                        .build()
                : Properties.NONE;
        return new Connect(version, false, cleanStart, 0, properties, "client", will, null, null);
    }

    private TestClient present(ProtocolVersion version, int willBytes) {
        TestClient client = broker.client(version);
        client.connect(connect(version, false, willBytes));
        client.subscribe("a", QoS.AT_LEAST_ONCE);
        assertThat(hog.memory.tryCharge(TAKEN)).isTrue();
        return client;
    }

    private void assertRefused(ProtocolVersion version, boolean cleanStart) {
        TestClient refused = broker.client(version);
        refused.send(connect(version, cleanStart, 60_000));

        assertThat(refused.expect(ConnAck.class).reason())
                .isEqualTo(version.isV5() ? ReasonCode.QUOTA_EXCEEDED : ReasonCode.SERVER_UNAVAILABLE);
        refused.expectEnd();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void keepsTheOldSessionWhenACleanStartIsRefused(ProtocolVersion version) {
        TestClient old = present(version, 0);

        assertRefused(version, true);

        broker.publish(Message.builder("a")
                .payload("still here")
                .qos(QoS.AT_LEAST_ONCE)
                .build());
        old.acknowledge(old.expectMessage("a", "still here"));
        hog.memory.release(TAKEN);
        TestClient again = broker.client(version);
        again.send(connect(version, false, 0));
        assertThat(again.expect(ConnAck.class).sessionPresent()).isEqualTo(version != ProtocolVersion.MQTT_3_1);
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void keepsTheOldConnectionWhenAResumptionIsRefused(ProtocolVersion version) {
        TestClient old = present(version, 0);

        assertRefused(version, false);

        broker.publish(Message.builder("a")
                .payload("still here")
                .qos(QoS.AT_LEAST_ONCE)
                .build());
        old.expectMessage("a", "still here");
        hog.memory.release(TAKEN);
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void replacesASessionThatIsAsLargeWithoutFreeMemory(ProtocolVersion version) {
        TestClient old = present(version, 60_000);
        TestClient next = broker.client(version);

        next.send(connect(version, true, 60_000));

        assertThat(next.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        old.expectDisconnect(ReasonCode.SESSION_TAKEN_OVER);
        hog.memory.release(TAKEN);
    }
}
