package io.maxmq.rules;

import io.maxmq.codec.QoS;
import io.maxmq.junit.ClientOptions;
import io.maxmq.junit.MaxMQExtension;
import io.maxmq.junit.TestClient;
import io.maxmq.junit.TestClients;
import io.maxmq.spi.Message;
import io.maxmq.spi.auth.AuthenticationResult;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Events that a broker tells of only when a rule wants them at its start. */
class WatchedEventTest {
    private final RuleEngine rules = RuleEngine.create();
    private final Records records = new Records();

    @RegisterExtension
    final MaxMQExtension maxmq = MaxMQExtension.builder()
            .customize(broker -> {
                rules.rule("way")
                        .sql("SELECT * FROM \"$events/message/delivered\", \"$events/message/acked\"")
                        .to(records.sink())
                        .start();
                broker.extension(rules)
                        .authenticator(request -> CompletableFuture.completedFuture(AuthenticationResult.allowed()));
            })
            .build();

    @Test
    void tellsOfDeliveriesAndRefusesToTellOfWhatNobodyWanted(TestClients clients) throws Exception {
        TestClient subscriber = clients.connect("subscriber");
        subscriber.subscribe("a/b", QoS.AT_LEAST_ONCE);

        clients.connect(ClientOptions.of("publisher").credentials("user", "secret"))
                .publish(Message.builder("a/b")
                        .payload("text")
                        .qos(QoS.EXACTLY_ONCE)
                        .contentType("text/plain")
                        .build());

        Map<String, @Nullable Object> delivered = records.values();
        assertThat(delivered)
                .containsEntry("event", "message.delivered")
                .containsEntry("clientid", "subscriber")
                .containsEntry("from_clientid", "publisher")
                .containsEntry("from_username", "user")
                .containsEntry("topic", "a/b")
                .containsEntry("payload", "text")
                .containsEntry("pub_props", Map.of("Content-Type", "text/plain"))
                .containsEntry("flags", Map.of("dup", false, "retain", false))
                .containsEntry("qos", 1L)
                .containsEntry("bytes", 4L)
                .containsKeys("id", "peerhost", "peername", "publish_received_at", "client_attrs", "timestamp", "node");
        assertThat(subscriber.receive().text()).isEqualTo("text"); // which acknowledges
        assertThat(records.values())
                .containsEntry("event", "message.acked")
                .containsEntry("clientid", "subscriber")
                .containsEntry("from_clientid", "publisher")
                .containsEntry("payload", "text")
                .containsEntry("id", delivered.get("id"));
        assertThatThrownBy(() -> rules.rule("ping").from("$events/client/ping").start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("$events/client/ping");
        rules.rule("more").from("$events/message/acked").start();
        rules.rule("all").from("$events/client/+").start();
    }
}
