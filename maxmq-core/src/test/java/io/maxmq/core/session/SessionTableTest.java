package io.maxmq.core.session;

import io.maxmq.core.routing.RetainedTree;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SubscriptionTree;
import io.maxmq.core.routing.TopicTable;
import io.maxmq.spi.Tenant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SessionTableTest {
    private final SessionSlots slots = new SessionSlots();
    private final SessionTable table = new SessionTable(slots);
    private final Map<SessionKey, Session> expected = new HashMap<>();
    private final Routes first = routes(Tenant.DEFAULT);
    private final Routes second = routes(new Tenant("second"));

    private static Routes routes(Tenant tenant) {
        return new Routes(
                tenant,
                new TopicTable(1, 16, 16),
                new TopicTable(1, 16, 16),
                new SubscriptionTree(1, SubscriptionTree.Options.DEFAULTS),
                new SubscriptionTree(1, SubscriptionTree.Options.DEFAULTS),
                new RetainedTree(RetainedTree.Limits.NONE),
                new GroupQueues(List.of()));
    }

    private Session session(SessionKey key, Routes routes) {
        Session session = new Session(null, key, routes, SessionOwner.NONE);
        session.slot = slots.add(session);
        return session;
    }

    @Test
    void agreesWithAMapWhateverComesAndGoes() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            Routes routes = random.nextBoolean() ? first : second;
            SessionKey key = new SessionKey(routes.tenant(), "client-" + random.nextInt(3000));
            Session there = expected.get(key);

            assertThat(table.get(key)).isSameAs(there);
            if (there == null) {
                Session made = session(key, routes);
                table.add(made);
                expected.put(key, made);
            } else if (random.nextInt(10) < 7) {
                assertThat(table.remove(there)).isTrue();
                assertThat(table.remove(there)).isFalse();
                slots.remove(there.slot);
                expected.remove(key);
            }
            assertThat(table.size()).isEqualTo(expected.size());
        }
        expected.forEach((key, session) -> assertThat(table.get(key)).isSameAs(session));
    }

    @Test
    void doesNotRemoveAnotherSessionOfTheSameClient() {
        SessionKey key = new SessionKey(Tenant.DEFAULT, "client");
        Session present = session(key, first);
        table.add(present);

        assertThat(table.remove(session(key, first))).isFalse();
        assertThat(table.get(key)).isSameAs(present);
    }

    @Test
    void doesNotRemoveTheSessionThatHasTheNumberOfOneBefore() {
        SessionKey key = new SessionKey(Tenant.DEFAULT, "client");
        Session before = session(key, first);
        table.add(before);
        assertThat(table.remove(before)).isTrue();
        slots.remove(before.slot);
        Session present = session(key, first);
        table.add(present);
        assertThat(present.slot).isEqualTo(before.slot);

        assertThat(table.remove(before)).isFalse();
        assertThat(table.get(key)).isSameAs(present);
    }

    /** "Aa" and "BB" have the same hash code as strings, and so has any row of them. */
    @Test
    void clientIdsWithTheSameHashCodeAreFarApart() {
        List<String> names = new ArrayList<>(List.of(""));
        for (int i = 0; i < 12; i++) {
            List<String> longer = new ArrayList<>();
            names.forEach(each -> {
                longer.add(each + "Aa");
                longer.add(each + "BB");
            });
            names.clear();
            names.addAll(longer);
        }
        names.forEach(each -> table.add(session(new SessionKey(Tenant.DEFAULT, each), first)));

        assertThat(table.longestRun()).isLessThan(200);
    }
}
