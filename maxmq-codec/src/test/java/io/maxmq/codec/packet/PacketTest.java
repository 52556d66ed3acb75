package io.maxmq.codec.packet;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PacketTest {
    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 65_536})
    void refusesPacketIdsOutOfRange(int packetId) {
        String message = "packetId must be 1..65535: packetId=" + packetId;
        assertThatThrownBy(() -> PubAck.of(packetId)).hasMessage(message);
        assertThatThrownBy(() -> PubRec.of(packetId)).hasMessage(message);
        assertThatThrownBy(() -> PubRel.of(packetId)).hasMessage(message);
        assertThatThrownBy(() -> PubComp.of(packetId)).hasMessage(message);
        assertThatThrownBy(() -> new Unsubscribe(packetId, Properties.NONE, List.of("a")))
                .hasMessage(message);
        assertThatThrownBy(() -> new UnsubAck(packetId, Properties.NONE, List.of()))
                .hasMessage(message);
        assertThatThrownBy(() -> publish(QoS.AT_LEAST_ONCE, packetId, false)).hasMessage(message);
    }

    @Test
    void refusesWhatQos0DoesNotHave() {
        assertThatThrownBy(() -> publish(QoS.AT_MOST_ONCE, 1, false)).hasMessageContaining("packetId=1");
        assertThatThrownBy(() -> publish(QoS.AT_MOST_ONCE, 0, true)).hasMessageContaining("dup");
    }

    @Test
    void refusesEmptyLists() {
        assertThatThrownBy(() -> new Subscribe(1, Properties.NONE, List.of())).hasMessageContaining("subscriptions");
        assertThatThrownBy(() -> new Unsubscribe(1, Properties.NONE, List.of())).hasMessageContaining("topicFilters");
        assertThatThrownBy(() -> new SubAck(1, Properties.NONE, List.of())).hasMessageContaining("reasons");
    }

    @Test
    void refusesARefusalWithSessionPresent() {
        assertThatThrownBy(() -> new ConnAck(true, ReasonCode.BANNED, Properties.NONE))
                .hasMessageContaining("reason=BANNED");
    }

    @Test
    void refusesConnectsThatNoVersionHas() {
        assertThatThrownBy(() -> Connect.of(ProtocolVersion.MQTT_5, "c", true, 65_536))
                .hasMessageContaining("keepAliveSeconds=65536");
        assertThatThrownBy(() -> connect(ProtocolVersion.MQTT_5, true, null, null))
                .hasMessageContaining("bridge");
        assertThatThrownBy(() -> connect(ProtocolVersion.MQTT_3_1_1, false, null, ByteBuffer.allocate(1)))
                .hasMessageContaining("userName");
        assertThat(connect(ProtocolVersion.MQTT_5, false, null, ByteBuffer.allocate(1))
                        .userName())
                .isNull();
    }

    @Test
    void givesAFreshReadOnlyViewEachTime() {
        ByteBuffer bytes = ByteBuffer.wrap(new byte[] {1, 2, 3}).position(1);
        Publish publish = new Publish(false, QoS.AT_MOST_ONCE, false, "a", 0, Properties.NONE, bytes);
        ConnectWill will = new ConnectWill("w", bytes, QoS.AT_MOST_ONCE, false, Properties.NONE);
        Connect connect = connect(ProtocolVersion.MQTT_5, false, "u", bytes);

        bytes.position(3);
        for (ByteBuffer view : List.of(publish.payload(), will.payload(), connect.password())) {
            assertThat(view.remaining()).isEqualTo(2);
            view.get();
            assertThatThrownBy(() -> view.put(0, (byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
        }
        assertThat(publish.payload()).isEqualTo(ByteBuffer.wrap(new byte[] {2, 3}));
        assertThat(will.payload().remaining()).isEqualTo(2);
        assertThat(connect.password().remaining()).isEqualTo(2);
    }

    @Test
    void keepsListsOfItsOwn() {
        List<String> filters = new ArrayList<>(List.of("a"));
        Unsubscribe unsubscribe = new Unsubscribe(1, Properties.NONE, filters);

        filters.add("b");

        assertThat(unsubscribe.topicFilters()).containsExactly("a");
    }

    private static Publish publish(QoS qos, int packetId, boolean dup) {
        return new Publish(dup, qos, false, "a", packetId, Properties.NONE, ByteBuffer.allocate(0));
    }

    private static Connect connect(ProtocolVersion version, boolean bridge, String userName, ByteBuffer password) {
        return new Connect(version, bridge, true, 0, Properties.NONE, "c", null, userName, password);
    }
}
