package io.maxmq.core.connection;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.PingReq;
import io.maxmq.codec.packet.PingResp;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.codec.packet.UnsubAck;
import io.maxmq.codec.packet.Unsubscribe;
import io.maxmq.codec.wire.PacketEncoder;
import io.maxmq.core.session.Session;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.SubscribeInterceptor;
import io.maxmq.spi.intercept.SubscriptionRequest;
import io.maxmq.spi.intercept.UnsubscribeInterceptor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FilterWalkTest {
    private static final ProtocolVersion V = ProtocolVersion.MQTT_5;

    private final CompletableFuture<Decision<SubscriptionRequest>> lateSubscribe = new CompletableFuture<>();
    private final CompletableFuture<Decision<String>> lateUnsubscribe = new CompletableFuture<>();
    private final CompletableFuture<Authorization> lateRight = new CompletableFuture<>();

    private final OneLoop broker = new OneLoop(
            new SubscribeInterceptor() {
                @Override
                public Decision.OfRequest<SubscriptionRequest> onSubscribe(
                        ClientInfo client, SubscriptionRequest request) {
                    return switch (request.topicFilter()) {
                        case "late" -> Decision.later(lateSubscribe);
                        case "refused" -> Decision.refuse(ReasonCode.NOT_AUTHORIZED, "not this one");
                        default -> Decision.proceed();
                    };
                }
            },
            new UnsubscribeInterceptor() {
                @Override
                public Decision.OfRequest<String> onUnsubscribe(ClientInfo client, String topicFilter) {
                    return topicFilter.equals("late") ? Decision.later(lateUnsubscribe) : Decision.proceed();
                }
            },
            new Authorizer() {
                @Override
                public CompletionStage<Authorization> authorize(ClientInfo client, Action action) {
                    return action instanceof Action.Subscribe asked
                                    && asked.filter().equals("right")
                            ? lateRight
                            : CompletableFuture.completedFuture(Authorization.allowed());
                }
            });
    private final RecordedSink sink = new RecordedSink(V);
    private final Connection connection = broker.open(sink);
    private Session session;

    @BeforeEach
    void connect() throws Exception {
        broker.send(connection, V, OneLoop.connect(V, "client"));
        session = connection.session();
        sink.packets().clear();
    }

    private void subscribe(String... filters) {
        List<RequestedSubscription> subscriptions = Arrays.stream(filters)
                .map(each -> RequestedSubscription.of(each, QoS.AT_LEAST_ONCE))
                .toList();
        broker.send(connection, V, new Subscribe(1, Properties.NONE, subscriptions));
    }

    private void unsubscribe(String... filters) {
        broker.send(connection, V, new Unsubscribe(2, Properties.NONE, List.of(filters)));
    }

    private <T> void answer(CompletableFuture<T> question, T with) {
        question.complete(with);
        broker.manual.runPosted();
    }

    @Test
    void answersInTheOrderOfTheFilters() throws Exception {
        subscribe("a", "refused", "b");

        SubAck answer = (SubAck) sink.packets().get(0);
        assertThat(answer.reasons())
                .containsExactly(ReasonCode.GRANTED_QOS_1, ReasonCode.NOT_AUTHORIZED, ReasonCode.GRANTED_QOS_1);
        assertThat(answer.properties().string(PropertyId.REASON_STRING)).contains("refused", "not this one");
        assertThat(session.subscription("a")).isNotNull();
        assertThat(session.subscription("refused")).isNull();
        assertThat(session.subscription("b")).isNotNull();
    }

    @Test
    void holdsFiltersAndPacketsBehindALateInterceptor() throws Exception {
        subscribe("a", "late", "b");
        broker.send(connection, V, PingReq.INSTANCE);

        assertThat(sink.packets()).isEmpty();
        assertThat(session.subscription("a")).isNotNull();
        assertThat(session.subscription("b")).isNull();

        answer(lateSubscribe, Decision.proceed());
        assertThat(sink.packets()).hasSize(2);
        assertThat(((SubAck) sink.packets().get(0)).reasons())
                .containsOnly(ReasonCode.GRANTED_QOS_1)
                .hasSize(3);
        assertThat(sink.packets().get(1)).isEqualTo(PingResp.INSTANCE);
    }

    @Test
    void holdsFiltersBehindALateAuthorizer() throws Exception {
        subscribe("right", "b");
        assertThat(sink.packets()).isEmpty();
        assertThat(session.subscription("b")).isNull();

        answer(lateRight, Authorization.denied());
        assertThat(((SubAck) sink.packets().get(0)).reasons())
                .containsExactly(ReasonCode.NOT_AUTHORIZED, ReasonCode.GRANTED_QOS_1);
    }

    @Test
    void addsAndSendsNothingForALateAnswerAfterTheEnd() throws Exception {
        subscribe("late");
        broker.manual.run(() -> connection.end(Initiator.NETWORK, ReasonCode.UNSPECIFIED_ERROR, "lost"));
        answer(lateSubscribe, Decision.proceed());

        assertThat(sink.packets()).isEmpty();
        assertThat(session.subscription("late")).isNull();
    }

    @Test
    void removesFiltersInOrderBehindALateInterceptor() throws Exception {
        subscribe("a", "b");
        sink.packets().clear();
        unsubscribe("a", "late", "b", "a");

        assertThat(sink.packets()).isEmpty();
        assertThat(session.subscription("a")).isNull();
        assertThat(session.subscription("b")).isNotNull();

        answer(lateUnsubscribe, Decision.proceed());
        assertThat(((UnsubAck) sink.packets().get(0)).reasons())
                .containsExactly(
                        ReasonCode.SUCCESS,
                        ReasonCode.NO_SUBSCRIPTION_EXISTED,
                        ReasonCode.SUCCESS,
                        ReasonCode.NO_SUBSCRIPTION_EXISTED);
        assertThat(session.subscription("b")).isNull();
    }

    @Test
    void goesOnInTheNextTurnWithMoreFiltersThanOneTurnHasRoomFor() throws Exception {
        List<RequestedSubscription> subscriptions = IntStream.range(0, 900)
                .mapToObj(i -> RequestedSubscription.of("f/" + i, QoS.AT_LEAST_ONCE))
                .toList();
        ByteBuf bytes = Unpooled.buffer();
        PacketEncoder.encode(new Subscribe(1, Properties.NONE, subscriptions), V, bytes);
        broker.manual.run(() -> {
            broker.loop.work(200_000); // this turn has no room left for others
            connection.onBytes(bytes);
        });
        assertThat(sink.packets()).isEmpty();
        assertThat(session.subscription("f/0")).isNotNull();
        assertThat(session.subscription("f/899")).isNull();

        for (int turn = 0; turn < 1000 && sink.packets().isEmpty(); turn++) { // the measured time counts as work, too
            broker.manual.runPosted();
        }
        assertThat(((SubAck) sink.packets().get(0)).reasons()).hasSize(900).containsOnly(ReasonCode.GRANTED_QOS_1);
    }
}
