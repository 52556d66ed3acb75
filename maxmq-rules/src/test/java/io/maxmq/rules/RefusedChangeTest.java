package io.maxmq.rules;

import io.maxmq.codec.QoS;
import io.maxmq.junit.MaxMQExtension;
import io.maxmq.junit.TestClient;
import io.maxmq.junit.TestClients;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A change that the broker does not take, as its event loops do not answer, leaves everything as it was. */
class RefusedChangeTest {
    private final RuleEngine rules = RuleEngine.create();
    private final Records records = new Records();
    private volatile boolean refuses;

    /** Refuses hooks when the test says so. */
    private final class Refusing implements Extension {
        @Override
        public CompletionStage<Void> start(BrokerContext context) {
            return rules.start((BrokerContext) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {BrokerContext.class}, (proxy, method, arguments) -> {
                        if (refuses && method.getName().equals("onPublish")) {
                            throw new IllegalStateException("no answer");
                        }
                        try {
                            return method.invoke(context, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    }));
        }

        @Override
        public CompletionStage<Void> stop() {
            return rules.stop();
        }
    }

    @RegisterExtension
    final MaxMQExtension maxmq = MaxMQExtension.builder()
            .customize(broker -> broker.extension(new Refusing()))
            .build();

    private RuleBuilder rule(String id, String says, String... filters) {
        return rules.rule(id).from(filters).map(m -> Map.of("says", says)).to(records.sink());
    }

    @Test
    void theRuleThatWasToBeReplacedGoesOn(TestClients clients) throws Exception {
        Rule rule = rule("r", "before", "a", "b").start();
        TestClient client = clients.connect();

        refuses = true;
        assertThatThrownBy(() -> rule("r", "after", "b", "c").replace()).hasMessageContaining("no answer");
        refuses = false;
        rule("other", "other", "c").start();
        for (String each : List.of("a", "b", "c")) {
            client.publish(each, "x", QoS.AT_LEAST_ONCE);
        }

        assertThat(records.take(3, "says")).isEqualTo(List.of("before", "before", "other"));
        assertThat(rule.status().sources()).isEqualTo(List.of("a", "b"));
        rule("r", "after", "c").replace();
        client.publish("c", "x", QoS.AT_LEAST_ONCE);
        assertThat(records.take(2, "says")).containsExactlyInAnyOrder("after", "other");
    }

    @Test
    void theRuleThatWasToBeEnabledIsNot(TestClients clients) throws Exception {
        Rule rule = rule("r", "r", "a").disabled().start();

        refuses = true;
        assertThatThrownBy(rule::enable).hasMessageContaining("no answer");
        refuses = false;

        assertThat(rule.status().enabled()).isFalse();
        rule.enable();
        clients.connect().publish("a", "x");
        assertThat(records.take(1, "says")).isEqualTo(List.of("r"));
    }
}
