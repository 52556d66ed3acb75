package io.maxmq.rules;

import io.maxmq.codec.QoS;
import io.maxmq.junit.ClientOptions;
import io.maxmq.junit.MaxMQExtension;
import io.maxmq.junit.TestClient;
import io.maxmq.junit.TestClients;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.Authorizer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Rules on who was let in, and what was allowed. */
class AccessEventTest {
    private static final Authorizer ACL = new Authorizer() {
        @Override
        public CompletionStage<Authorization> authorize(ClientInfo client, Action action) {
            boolean isSecret = action instanceof Action.Subscribe subscribe
                    && subscribe.filter().startsWith("secret/");
            return (isSecret ? Authorization.denied() : Authorization.allowed()).stage();
        }

        @Override
        public String name() {
            return "acl";
        }
    };

    private final RuleEngine rules = RuleEngine.create();
    private final Records records = new Records();

    @RegisterExtension
    final MaxMQExtension maxmq = MaxMQExtension.builder()
            .customize(broker -> broker.extension(rules)
                    .authenticator(request -> CompletableFuture.completedFuture(
                            request.client().username().orElse("").equals("eve")
                                    ? AuthenticationResult.denied()
                                    : AuthenticationResult.allowed().withAttributes(Map.of("site", "north"))))
                    .authorizer(ACL))
            .build();

    @Test
    void tellsWhoIsLetInAndWhoIsNot(TestClients clients) throws Exception {
        rules.rule("who")
                .sql("SELECT * FROM \"$events/auth/check_authn_complete\"")
                .to(records.sink())
                .start();

        clients.connect(ClientOptions.of("a").credentials("ann", "secret"));
        assertThat(records.values())
                .containsEntry("event", "client.check_authn_complete")
                .containsEntry("reason_code", "success")
                .containsEntry("clientid", "a")
                .containsEntry("username", "ann")
                .containsEntry("is_anonymous", false)
                .containsEntry("client_attrs", Map.of("site", "north"))
                .containsKey("peername");

        assertThatThrownBy(() -> clients.connect(ClientOptions.of("e").credentials("eve", "guess")))
                .isNotNull();
        assertThat(records.values())
                .containsEntry("reason_code", "bad_user_name_or_password")
                .containsEntry("username", "eve");
    }

    @Test
    void tellsWhatIsAllowedAndWhatIsNotByTheOlderNameToo(TestClients clients) throws Exception {
        rules.rule("what")
                .sql("SELECT * FROM \"$events/client_check_authz_complete\" WHERE action = 'subscribe'")
                .to(records.sink())
                .start();
        TestClient client = clients.connect(ClientOptions.of("a").credentials("ann", "secret"));

        client.subscribe("open/#", QoS.AT_LEAST_ONCE);
        assertThat(records.values())
                .containsEntry("event", "client.check_authz_complete")
                .containsEntry("topic", "open/#")
                .containsEntry("action", "subscribe")
                .containsEntry("authz_source", "acl")
                .containsEntry("result", "allow")
                .containsEntry("username", "ann")
                .containsKeys("peerhost", "peername", "client_attrs");
        assertThatThrownBy(() -> client.subscribe("secret/#", QoS.AT_LEAST_ONCE))
                .isNotNull();
        assertThat(records.values()).containsEntry("topic", "secret/#").containsEntry("result", "deny");
    }
}
