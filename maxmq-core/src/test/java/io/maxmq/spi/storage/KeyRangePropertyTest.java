package io.maxmq.spi.storage;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;

class KeyRangePropertyTest {

    @Property
    void containsExactlyWhatBeginsWithThePrefix(@ForAll("keys") Bytes prefix, @ForAll("keys") Bytes key) {
        assertThat(KeyRange.prefix(prefix).contains(key)).isEqualTo(key.startsWith(prefix));
    }

    @Property
    void containsKeysFromItsBeginningToBelowItsEnd(
            @ForAll("keys") Bytes from, @ForAll("keys") Bytes to, @ForAll("keys") Bytes key) {
        assertThat(new KeyRange(from, to).contains(key)).isEqualTo(from.compareTo(key) <= 0 && key.compareTo(to) < 0);
        assertThat(new KeyRange(from, null).contains(key)).isEqualTo(from.compareTo(key) <= 0);
        assertThat(new KeyRange(from, to).isEmpty()).isEqualTo(from.compareTo(to) >= 0);
        assertThat(KeyRange.ALL.contains(key)).isTrue();
    }

    @Property
    void containsARangeOnlyWithAllItsKeys(
            @ForAll("ranges") KeyRange outer, @ForAll("ranges") KeyRange inner, @ForAll("keys") Bytes key) {
        if (outer.contains(inner) && inner.contains(key)) {
            assertThat(outer.contains(key)).isTrue();
        }
        if (!outer.contains(inner)) {
            // Then its beginning lies outside, or its end reaches further.
            boolean below = !outer.contains(inner.from());
            boolean above =
                    outer.to() != null && (inner.to() == null || inner.to().compareTo(outer.to()) > 0);
            assertThat(below || above).isTrue();
        }
    }

    @Property
    void containsTheKeysOfItsShard(@ForAll("keys") Bytes key) {
        for (int shard = 0; shard < Shard.COUNT; shard++) {
            boolean ofShard = !key.isEmpty() && ShardedKey.shardOf(key) == shard;
            assertThat(KeyRange.shard(shard).contains(key)).isEqualTo(ofShard);
        }
    }

    @Provide
    Arbitrary<Bytes> keys() {
        return Arbitraries.of((byte) 0, (byte) 1, (byte) 0x7F, (byte) 0x80, (byte) 0xFE, (byte) 0xFF)
                .array(byte[].class)
                .ofMaxSize(3)
                .map(Bytes::wrap);
    }

    @Provide
    Arbitrary<KeyRange> ranges() {
        return Combinators.combine(keys(), keys().injectNull(0.2)).as(KeyRange::new);
    }
}
