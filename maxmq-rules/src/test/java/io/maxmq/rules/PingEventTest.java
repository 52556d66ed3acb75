package io.maxmq.rules;

import io.maxmq.junit.MaxMQExtension;
import io.maxmq.junit.TestClients;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** PINGREQ as an event. */
class PingEventTest {
    private final RuleEngine rules = RuleEngine.create();
    private final Records records = new Records();

    @RegisterExtension
    final MaxMQExtension maxmq = MaxMQExtension.builder()
            .customize(broker -> {
                rules.rule("ping")
                        .from("$events/client/ping")
                        .to(records.sink())
                        .start();
                broker.extension(rules);
            })
            .build();

    @Test
    void tellsWhoIsThere(TestClients clients) throws Exception {
        clients.connect("c").ping();

        assertThat(records.values()).containsEntry("event", "client.ping").containsEntry("clientid", "c");
    }
}
