package io.maxmq.rules;

import io.maxmq.junit.Faults;
import io.maxmq.junit.MaxMQExtension;
import io.maxmq.junit.TestClients;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** What {@code kv_} functions keep, over a restart of the broker. */
class StateRestartTest {
    private final Records records = new Records();
    private volatile RuleEngine rules = RuleEngine.create();

    @RegisterExtension
    final MaxMQExtension maxmq = MaxMQExtension.builder()
            .storage()
            .faults()
            .customize(broker -> {
                rules = RuleEngine.create();
                broker.extension(rules);
            })
            .build();

    @Test
    void outlivesTheBroker(TestClients clients, Faults faults) throws Exception {
        rules.rule("put")
                .sql("SELECT kv_put('all', json_decode(payload)) AS all, kv_put('bytes', bin2hexstr('x')) AS b, "
                        + "proc_dict_put('own', 7) AS own FROM \"put\"")
                .to(records.sink())
                .start();
        clients.connect()
                .publish("put", "{\"n\":1,\"big\":123456789012345678901234567890,\"f\":0.5,\"l\":[null,true]}");
        records.next();

        faults.restartBroker();

        rules.rule("put") // what is its own is the name's
                .sql("SELECT kv_get('all') AS all, kv_get('bytes') AS b, proc_dict_get('own') AS own " + "FROM \"get\"")
                .to(records.sink())
                .start();
        clients.connect().publish("get", "");
        Map<String, Object> values = records.values();
        assertThat(values).containsEntry("b", "78").containsEntry("own", 7L);
        assertThat((Map<?, ?>) values.get("all")).extracting("n", "f").isEqualTo(List.of(1L, 0.5));
    }
}
