package io.maxmq;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Runs as the last class of this JVM: fails if a test before it lost a buffer. */
@Order(Integer.MAX_VALUE)
class LostBufferTest {
    @Test
    void allTestsReleasedTheirBuffers() throws InterruptedException {
        assertThat(Leaks.find()).isEmpty();
    }
}
