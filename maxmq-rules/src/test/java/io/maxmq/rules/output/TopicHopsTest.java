package io.maxmq.rules.output;

import io.maxmq.spi.Tenant;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TopicHopsTest {
    private static final Tenant OTHER = new Tenant("other");

    private final TopicHops hops = new TopicHops();

    @Test
    void rulesOfOneTenantEndNoChainOfAnothers() {
        hops.note(OTHER, "t", 8, 0);

        assertThat(hops.of(OTHER, "t", 0)).isEqualTo(8);
        assertThat(hops.of(Tenant.DEFAULT, "t", 0)).isZero();
    }

    @Test
    void isRememberedForTenSeconds() {
        hops.note(OTHER, "t", 3, 1_000);

        assertThat(hops.of(OTHER, "t", 11_000)).isEqualTo(3);
        assertThat(hops.of(OTHER, "t", 11_001)).isZero();
    }
}
