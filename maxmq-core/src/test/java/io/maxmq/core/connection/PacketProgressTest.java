package io.maxmq.core.connection;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PacketProgressTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void bytesCountSinceTheLastLookAtTheSamePacket() {
        PacketProgress progress = new PacketProgress();

        assertThat(progress.isEnough(1, 10 * 1024, 10 * SECOND)).isTrue();
        assertThat(progress.isEnough(1, 20 * 1024 - 1, 10 * SECOND)).isFalse();
        assertThat(progress.isEnough(1, 30 * 1024, 10 * SECOND)).isTrue();
    }

    @Test
    void allBytesOfAnotherPacketCount() {
        PacketProgress progress = new PacketProgress();
        progress.isEnough(1, 1 << 20, SECOND);

        assertThat(progress.isEnough(2, 1024, SECOND)).isTrue();
        assertThat(progress.isEnough(3, 1023, SECOND)).isFalse();
        assertThat(progress.isEnough(4, 512, SECOND / 2)).isTrue();
        assertThat(progress.isEnough(5, Integer.MAX_VALUE, Long.MAX_VALUE)).isFalse();
        assertThat(progress.isEnough(6, 0, 0)).isFalse();
    }
}
