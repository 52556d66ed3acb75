package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.codec.packet.UnsubAck;
import io.maxmq.codec.packet.Unsubscribe;
import io.maxmq.core.persistence.GatedStore;
import io.maxmq.core.persistence.Tables;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.admin.SubscriptionQuery;
import io.maxmq.spi.admin.SubscriptionView;
import io.maxmq.spi.intercept.SubscriptionRequest;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.maxmq.codec.QoS.AT_LEAST_ONCE;
import static io.maxmq.codec.QoS.AT_MOST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A subscription that storage refuses: the session has what it had before, in every respect. */
class RefusedSubscriptionTest {
    private final GatedStore store = new GatedStore(MemoryStorage.create().store());

    @AutoClose
    private final TestBroker broker = TestBroker.start(builder -> builder.storage(store));

    private final TestClient client = broker.lasting("client", true, 10);

    private static ReasonCode subscribe(TestClient client, String... filters) {
        List<RequestedSubscription> wanted = new ArrayList<>();
        Arrays.stream(filters).forEach(each -> wanted.add(RequestedSubscription.of(each, AT_LEAST_ONCE)));
        SubAck answer = client.send(new Subscribe(client.nextPacketId(), Properties.NONE, wanted))
                .expect(SubAck.class);
        return answer.reasons().get(0);
    }

    private void subscribeRefused(String... filters) {
        store.refuse(Tables.SUBSCRIPTION, Kind.FULL);
        assertThat(subscribe(client, filters)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        store.letGo();
    }

    private List<String> subscriptions() {
        return get(broker.broker().subscriptions().query(SubscriptionQuery.all())).items().stream()
                .map(SubscriptionView::topicFilter)
                .toList();
    }

    private static <T> T get(CompletionStage<T> answer) {
        return answer.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void unsubscribeIsNotAcknowledgedAsLongAsStorageHasTheSubscription(ProtocolVersion version) {
        TestClient subscriber = broker.client(version);
        subscriber.connect(lasting(version, "subscriber"));
        subscriber.subscribe("a", AT_LEAST_ONCE);
        store.refuse(Tables.SUBSCRIPTION, Kind.FULL);

        for (int i = 0; i < 2; i++) {
            subscriber.send(new Unsubscribe(subscriber.nextPacketId(), Properties.NONE, List.of("a")));
            if (version.isV5()) {
                assertThat(subscriber.expect(UnsubAck.class).reasons()).containsExactly(ReasonCode.UNSPECIFIED_ERROR);
            } else {
                subscriber.expectEnd();
                subscriber = broker.client(version);
                subscriber.connect(lasting(version, "subscriber"));
            }
            assertThat(subscriptions()).containsExactly("a");
        }

        store.letGo();
        subscriber.unsubscribe("a");
        assertThat(subscriptions()).isEmpty();
        assertThat(store.entries(Tables.SUBSCRIPTION)).isEmpty();
    }

    private static Connect lasting(ProtocolVersion version, String clientId) {
        Properties properties = version.isV5()
                ? Properties.builder()
                        .set(PropertyId.SESSION_EXPIRY_INTERVAL, 1000)
                        .build()
                : Properties.NONE;
        return new Connect(version, false, false, 0, properties, clientId, null, null, null);
    }

    @Test
    void whatWasExclusiveIsSo() {
        assertThat(subscribe(client, "$exclusive/a")).isEqualTo(ReasonCode.GRANTED_QOS_1);
        subscribeRefused("a");

        TestClient other = broker.connected(ProtocolVersion.MQTT_5, "other");

        assertThat(subscribe(other, "$exclusive/a")).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        client.unsubscribe("$exclusive/a");
        assertThat(subscribe(other, "$exclusive/a")).isEqualTo(ReasonCode.GRANTED_QOS_1);
    }

    @Test
    void whatWasNotExclusiveIsNot() {
        assertThat(subscribe(client, "a")).isEqualTo(ReasonCode.GRANTED_QOS_1);
        subscribeRefused("$exclusive/a");

        TestClient other = broker.connected(ProtocolVersion.MQTT_5, "other");

        assertThat(subscribe(other, "$exclusive/a")).isEqualTo(ReasonCode.GRANTED_QOS_1);
        other.publish("a", "1", AT_MOST_ONCE);
        client.expectMessage("a", "1");
    }

    @Test
    void aFilterThatIsNamedTwiceIsNotThere() {
        subscribeRefused("a", "b", "a");

        assertThat(subscriptions()).isEmpty();
    }

    @Test
    void onBehalfOfAClientNeither() {
        store.refuse(Tables.SUBSCRIPTION, Kind.FULL);
        CompletionStage<ReasonCode> refused =
                broker.broker().sessions().subscribe("client", new SubscriptionRequest("a", AT_LEAST_ONCE));

        assertThatThrownBy(() -> get(refused)).hasCauseInstanceOf(StorageException.class);

        assertThat(subscriptions()).isEmpty();
    }
}
