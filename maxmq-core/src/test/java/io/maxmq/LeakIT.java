package io.maxmq;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Runs as the last integration test: fails when any before it has lost a buffer. */
@Order(Integer.MAX_VALUE)
class LeakIT {
    @Test
    void noIntegrationTestHasLostABuffer() throws InterruptedException {
        assertThat(Leaks.find()).isEmpty();
    }
}
