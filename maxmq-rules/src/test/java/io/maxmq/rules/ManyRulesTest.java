package io.maxmq.rules;

import io.maxmq.codec.QoS;
import io.maxmq.junit.MaxMQExtension;
import io.maxmq.junit.TestClient;
import io.maxmq.junit.TestClients;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.intercept.Interceptor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Thousands of rules: they come in few round trips to the event loops, and each is found. */
class ManyRulesTest {
    private static final int MANY = 10_000;
    private static final int LATE = 1_000;

    private final RuleEngine rules = RuleEngine.create();
    private final Records records = new Records();

    /** How often the engine has had hooks added. */
    private final AtomicInteger waits = new AtomicInteger();

    /** Counts what the engine asks of the broker. */
    private final class Counted implements Extension {
        @Override
        public List<Interceptor> interceptors() {
            return rules.interceptors();
        }

        @Override
        public CompletionStage<Void> start(BrokerContext context) {
            return rules.start((BrokerContext) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {BrokerContext.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("onPublish")) {
                            waits.incrementAndGet();
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
            .customize(broker -> {
                for (int i = 0; i < MANY; i++) {
                    rule("early-" + i, "early/" + i).start();
                }
                broker.extension(new Counted());
            })
            .build();

    private RuleBuilder rule(String id, String filter) {
        return rules.rule(id).from(filter).map(m -> Map.of("rule", id)).to(records.sink());
    }

    @Test
    void comeInFewRoundTripsBeforeTheStartAndAtOnceLater(TestClients clients) throws Exception {
        assertThat(waits.get()).isLessThan(5);
        List<RuleBuilder> late = new ArrayList<>();
        for (int i = 0; i < LATE; i++) {
            late.add(rule("late-" + i, "late/" + i + "/#"));
        }

        rules.startAll(late);

        assertThat(waits.get()).isLessThan(10);
        assertThat(rules.rules()).hasSize(MANY + LATE);
        TestClient client = clients.connect("c");
        for (String each : List.of("early/0", "early/9999", "late/0", "late/999/x")) {
            client.publish(each, "x", QoS.AT_LEAST_ONCE);
        }
        assertThat(records.take(4, "rule")).containsExactly("early-0", "early-9999", "late-0", "late-999");
        assertThat(rules.find("late-500").orElseThrow().remove()).isTrue();
        assertThatThrownBy(() -> rules.startAll(List.of(rule("late-500", "a"), rule("early-1", "b"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("early-1");
        assertThat(rules.find("late-500")).isEmpty();
    }
}
