package io.maxmq.protocol;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.config.Capabilities;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.event.BrokerEvent.Subscribed;
import io.maxmq.spi.event.BrokerEvent.Unsubscribed;
import io.maxmq.spi.intercept.SubscriptionRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code $exclusive/FILTER}. */
class ExclusiveSubscriptionTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;

    @AutoClose
    private final TestBroker broker = TestBroker.start();

    private static ReasonCode subscribe(TestClient client, String filter) {
        SubAck answer = client.send(new Subscribe(
                        client.nextPacketId(),
                        Properties.NONE,
                        List.of(RequestedSubscription.of(filter, QoS.AT_LEAST_ONCE))))
                .expect(SubAck.class);
        return answer.reasons().get(0);
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"MQTT_3_1_1", "MQTT_5"})
    void oneClientHasIt(ProtocolVersion version) {
        TestClient holder = broker.connected(version, "holder");
        TestClient other = broker.connected(version, "other");

        assertThat(subscribe(holder, "$exclusive/a/b")).isEqualTo(ReasonCode.GRANTED_QOS_1);
        ReasonCode refusal = subscribe(other, "$exclusive/a/b");

        assertThat(refusal).isEqualTo(version.isV5() ? ReasonCode.QUOTA_EXCEEDED : ReasonCode.UNSPECIFIED_ERROR);
        other.publish("a/b", "1", QoS.AT_MOST_ONCE);
        holder.expectMessage("a/b", "1");
        other.expectNothing();
    }

    @Test
    void saysWhy() {
        subscribe(broker.connected(V5, "holder"), "$exclusive/a");
        TestClient other = broker.connected(V5, "other");

        SubAck answer = other.send(new Subscribe(
                        1, Properties.NONE, List.of(RequestedSubscription.of("$exclusive/a", QoS.AT_MOST_ONCE))))
                .expect(SubAck.class);

        assertThat(answer.properties().string(PropertyId.REASON_STRING)).contains("another client");
    }

    @Test
    void isNotAskedAboutByOrdinarySubscriptions() {
        subscribe(broker.connected(V5, "holder"), "$exclusive/a");
        TestClient other = broker.connected(V5, "other");

        assertThat(subscribe(other, "a")).isEqualTo(ReasonCode.GRANTED_QOS_1);
        assertThat(subscribe(other, "$share/g/a")).isEqualTo(ReasonCode.GRANTED_QOS_1);
        assertThat(subscribe(other, "$exclusive/+")).isEqualTo(ReasonCode.GRANTED_QOS_1);
    }

    @Test
    void hasWildcardsAndRetainedMessages() {
        TestClient holder = broker.connected(V5, "holder");
        broker.connected(V5, "publisher").publish("a/1", "kept", QoS.AT_LEAST_ONCE, true);

        assertThat(subscribe(holder, "$exclusive/a/#")).isEqualTo(ReasonCode.GRANTED_QOS_1);

        holder.expectMessage("a/1", "kept");
        assertThat(subscribe(broker.connected(V5, "other"), "$exclusive/a/#")).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
    }

    @Test
    void mayBeSubscribedToAgainByItsHolder() {
        TestClient holder = broker.connected(V5, "holder");
        subscribe(holder, "$exclusive/a");

        assertThat(subscribe(holder, "$exclusive/a")).isEqualTo(ReasonCode.GRANTED_QOS_1);

        holder.publish("a", "once", QoS.AT_MOST_ONCE);
        holder.expectMessage("a", "once");
        holder.expectNothing();
        assertThat(subscribe(broker.connected(V5, "other"), "$exclusive/a")).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"$exclusive/a", "a"})
    void isFreeOnceItsHolderUnsubscribes(String filter) {
        TestClient holder = broker.connected(V5, "holder");
        TestClient other = broker.connected(V5, "other");
        subscribe(holder, "$exclusive/a");

        assertThat(holder.unsubscribe(filter).reasons()).containsExactly(ReasonCode.SUCCESS);

        assertThat(subscribe(other, "$exclusive/a")).isEqualTo(ReasonCode.GRANTED_QOS_1);
        other.publish("a", "1", QoS.AT_MOST_ONCE);
        other.expectMessage("a", "1");
        holder.expectNothing();
        assertThat(broker.events().await(Unsubscribed.class).topicFilter()).isEqualTo("a");
        assertThat(broker.events().of(Subscribed.class))
                .extracting(Subscribed::topicFilter)
                .startsWith("a");
    }

    @Test
    void onlyItsHolderCanGiveItUp() {
        TestClient holder = broker.connected(V5, "holder");
        TestClient other = broker.connected(V5, "other");
        subscribe(holder, "$exclusive/a");
        subscribe(other, "a");

        assertThat(other.unsubscribe("$exclusive/a").reasons()).containsExactly(ReasonCode.NO_SUBSCRIPTION_EXISTED);
        other.unsubscribe("a");

        assertThat(subscribe(other, "$exclusive/a")).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
    }

    @Test
    void becomesOrdinaryBySubscribingToItsFilter() {
        TestClient holder = broker.connected(V5, "holder");
        subscribe(holder, "$exclusive/a");

        subscribe(holder, "a");

        TestClient other = broker.connected(V5, "other");
        assertThat(subscribe(other, "$exclusive/a")).isEqualTo(ReasonCode.GRANTED_QOS_1);
        other.publish("a", "both", QoS.AT_MOST_ONCE);
        other.expectMessage("a", "both");
        holder.expectMessage("a", "both");
    }

    @Test
    void isHeldForAsLongAsTheSession() {
        TestClient holder = broker.client(ProtocolVersion.MQTT_3_1_1);
        holder.connect("holder", false);
        subscribe(holder, "$exclusive/a");
        holder.disconnect();
        TestClient other = broker.connected(V5, "other");

        assertThat(subscribe(other, "$exclusive/a")).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        other.publish("a", "while away", QoS.AT_LEAST_ONCE);

        TestClient back = broker.client(ProtocolVersion.MQTT_3_1_1);
        back.connect("holder", false);
        back.expectMessage("a", "while away");
        back.disconnect();
        broker.connected(ProtocolVersion.MQTT_3_1_1, "holder"); // a clean session ends the other
        assertThat(subscribe(other, "$exclusive/a")).isEqualTo(ReasonCode.GRANTED_QOS_1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"$exclusive/", "$exclusive/a/#/b", "$exclusive/$share/g/a"})
    void refusesWhatIsNoFilter(String filter) {
        assertThat(subscribe(broker.connected(V5, "client"), filter)).isEqualTo(ReasonCode.TOPIC_FILTER_INVALID);
    }

    @Test
    void isAuthorizedByItsFilter() {
        try (TestBroker asking =
                TestBroker.start(builder -> builder.authorizer((client, action) -> CompletableFuture.completedFuture(
                        action instanceof Action.Subscribe subscribe
                                        && subscribe.filter().equals("secret")
                                ? Authorization.denied()
                                : Authorization.allowed())))) {
            TestClient client = asking.connected(V5, "client");

            assertThat(subscribe(client, "$exclusive/secret")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(subscribe(client, "$exclusive/open")).isEqualTo(ReasonCode.GRANTED_QOS_1);
        }
    }

    @Test
    void eachTenantHasItsOwn() {
        try (TestBroker tenants = TestBroker.closed(builder ->
                builder.authenticator(request -> CompletableFuture.completedFuture(AuthenticationResult.allowed()
                        .withTenant(new Tenant(request.client().clientId())))))) {

            assertThat(subscribe(tenants.connected(V5, "blue"), "$exclusive/a")).isEqualTo(ReasonCode.GRANTED_QOS_1);
            assertThat(subscribe(tenants.connected(V5, "red"), "$exclusive/a")).isEqualTo(ReasonCode.GRANTED_QOS_1);
        }
    }

    @Test
    void administratorsFollowTheSameRules() throws Exception {
        subscribe(broker.connected(V5, "holder"), "$exclusive/a");
        broker.connected(V5, "other");
        var sessions = broker.broker().sessions();
        SubscriptionRequest request = new SubscriptionRequest("$exclusive/a", QoS.AT_LEAST_ONCE);

        assertThat(sessions.subscribe(Tenant.DEFAULT, "other", request)
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS))
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(sessions.unsubscribe(Tenant.DEFAULT, "holder", "$exclusive/a")
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS))
                .isTrue();
        assertThat(sessions.subscribe(Tenant.DEFAULT, "other", request)
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS))
                .isEqualTo(ReasonCode.GRANTED_QOS_1);
    }

    @Test
    void canBeSwitchedOff() {
        try (TestBroker without = TestBroker.start(builder -> builder.capabilities(
                Capabilities.builder().exclusiveSubscriptionsAvailable(false).build()))) {
            assertThat(subscribe(without.connected(V5, "client"), "$exclusive/a"))
                    .isEqualTo(ReasonCode.TOPIC_FILTER_INVALID);
        }
    }
}
