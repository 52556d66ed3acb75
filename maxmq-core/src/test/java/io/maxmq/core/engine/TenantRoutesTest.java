package io.maxmq.core.engine;

import io.maxmq.config.BrokerConfig;
import io.maxmq.config.Tenancy;
import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Topic;
import io.maxmq.spi.Tenant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TenantRoutesTest {
    private static final Tenant BLUE = new Tenant("blue");

    private final List<String> told = new ArrayList<>();
    private final TenantRoutes routes = new TenantRoutes(
            BrokerConfig.builder()
                    .tenancy(Tenancy.byAuthenticator().withMaxTenants(2))
                    .build(),
            1,
            new MemoryBudget(1 << 24, 0),
            (group, of) -> {
                throw new AssertionError("no shared subscriptions here");
            });

    TenantRoutesTest() {
        routes.onTenant(new TenantRoutes.Listener() {
            @Override
            public void came(Routes each) {
                told.add("+" + each.tenant());
            }

            @Override
            public void left(Tenant tenant) {
                told.add("-" + tenant);
            }
        });
    }

    private void useAndLeave(String tenant) {
        Routes used = routes.of(new Tenant(tenant));
        used.hold();
        used.release();
    }

    private static StoredMessage message(Topic topic) {
        return StoredMessage.restored(topic, new byte[] {1}, 0, 0, true, 0, 1, 2);
    }

    @Test
    void nameThatHoldsNothingIsNeitherKeptNorCounted() {
        for (int i = 0; i < 1000; i++) {
            assertThat(routes.of(new Tenant("t" + i)).isHeld()).isFalse();
        }

        assertThat(routes.all()).extracting(Routes::tenant).containsExactly(Tenant.DEFAULT);
        assertThat(routes.admits(BLUE)).isTrue();
        assertThat(told).containsExactly("+default");
    }

    @Test
    void countsTenantsWhileTheyHoldSomething() {
        routes.of(new Tenant("a")).hold();
        routes.of(new Tenant("a")).hold();
        routes.of(new Tenant("b")).hold();

        assertThat(routes.admits(BLUE)).isFalse();
        assertThat(routes.admits(new Tenant("a"))).isTrue();
        assertThat(routes.admits(Tenant.DEFAULT)).isTrue();
        routes.of(new Tenant("a")).release();
        assertThat(routes.admits(BLUE)).isFalse();
        routes.of(new Tenant("a")).release();
        assertThat(routes.admits(BLUE)).isTrue();
        assertThat(told).containsExactly("+default", "+a", "+b");
    }

    @Test
    void retainedMessagesHoldTheirTenant() {
        Routes blue = routes.of(BLUE);
        Topic topic = Topic.of("a");
        Topic sys = Topic.of("$SYS/broker/version");

        blue.retained().put(sys, message(sys));
        assertThat(blue.isHeld()).isFalse();
        blue.retained().put(topic, message(topic));
        blue.retained().put(topic, message(topic));
        assertThat(blue.isHeld()).isTrue();
        blue.retained().remove(topic);
        assertThat(blue.isHeld()).isFalse();
    }

    @Test
    void keepsALimitedNumberOfTenantsThatHoldNothing() {
        Routes blue = routes.of(BLUE);
        useAndLeave("blue");
        for (int i = 0; i < 100; i++) {
            useAndLeave("t" + i);
        }

        assertThat(routes.all()).hasSize(101).doesNotContain(blue);
        assertThat(told).contains("+blue", "-blue").doesNotContain("-t0");
        assertThat(routes.of(BLUE)).as("somebody has it").isSameAs(blue);

        blue.hold();

        assertThat(routes.all()).contains(blue);
        assertThat(told).endsWith("+blue");
    }

    @Test
    void keepsATenantThatTheProgramNames() {
        Routes named = routes.named(BLUE);
        routes.named(BLUE);
        for (int i = 0; i < 200; i++) {
            useAndLeave("t" + i);
        }

        assertThat(routes.all()).contains(named);
    }
}
