package io.maxmq.core.observe;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ThreadNamesTest {
    @Test
    void prefixContainsTheProductNameOnce() {
        assertThat(ThreadNames.prefix("maxmq")).isEqualTo("maxmq");
        assertThat(ThreadNames.prefix("edge-1")).isEqualTo("maxmq-edge-1");
    }
}
