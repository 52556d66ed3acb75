package io.maxmq;

import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Runs as the last class of this JVM: fails when any test before it has lost a buffer. */
@Order(Integer.MAX_VALUE)
class LeakTest {
    @Test
    void noTestHasLostABuffer() throws InterruptedException {
        assertThat(Leaks.find()).isEmpty();
    }

    @Test
    void aLostBufferIsFound() throws InterruptedException {
        assertThat(Leaks.find()).isEmpty();

        lose();

        List<String> found = Leaks.find();
        assertThat(found).hasSize(1);
        assertThat(found.get(0)).contains("LeakTest");
    }

    private static void lose() {
        PooledByteBufAllocator.DEFAULT.directBuffer(16).writeByte(1);
    }
}
