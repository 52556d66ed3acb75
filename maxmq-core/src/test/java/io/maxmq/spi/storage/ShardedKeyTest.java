package io.maxmq.spi.storage;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ShardedKeyTest {

    @Test
    void writesShardTenantAndSuffix() {
        Bytes key = ShardedKey.encode(200, "ab", Bytes.utf8("xyz"));

        assertThat(key).isEqualTo(Bytes.wrap(new byte[] {(byte) 200, 2, 'a', 'b', 'x', 'y', 'z'}));
        assertThat(ShardedKey.shardOf(key)).isEqualTo(200);
        assertThat(ShardedKey.parse(key)).isEqualTo(new ShardedKey(200, "ab", Bytes.utf8("xyz")));
        assertThat(ShardedKey.parse(key).toBytes()).isEqualTo(key);
    }

    @Test
    void readsBackTheShortestAndTheLongestTenant() {
        for (String tenant : new String[] {"", "ü".repeat(127) + "x"}) {
            ShardedKey key = new ShardedKey(0, tenant, Bytes.EMPTY);
            assertThat(ShardedKey.parse(key.toBytes())).isEqualTo(key);
        }
    }

    @Test
    void separatesTenantsOfWhichOneBeginsTheOther() {
        Bytes ofAb = ShardedKey.encode(1, "ab", Bytes.utf8("c"));

        assertThat(ofAb.startsWith(ShardedKey.prefix(1, "ab"))).isTrue();
        assertThat(ofAb.startsWith(ShardedKey.prefix(1, "a"))).isFalse();
        assertThat(ofAb).isNotEqualTo(ShardedKey.encode(1, "a", Bytes.utf8("bc")));
    }

    @Test
    void refusesWhatIsNoKey() {
        assertThatIllegalArgumentException().isThrownBy(() -> ShardedKey.parse(Bytes.EMPTY));
        assertThatIllegalArgumentException().isThrownBy(() -> ShardedKey.parse(Bytes.wrap(new byte[] {1})));
        assertThatIllegalArgumentException().isThrownBy(() -> ShardedKey.parse(Bytes.wrap(new byte[] {1, 2, 'a'})));
        assertThatIllegalArgumentException().isThrownBy(() -> ShardedKey.prefix(256, "a"));
        assertThatIllegalArgumentException().isThrownBy(() -> ShardedKey.prefix(1, "ü".repeat(128)));
        assertThatIllegalArgumentException().isThrownBy(() -> new ShardedKey(1, "ü".repeat(128), Bytes.EMPTY));
    }
}
