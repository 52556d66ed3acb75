package io.maxmq.core.session;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PacketIdSetPropertyTest {
    @Property(tries = 200)
    void hasTheIdsThatWereAddedAndNotRemoved(
            @ForAll @Size(min = 200, max = 1000) List<@IntRange(min = 1, max = 65_535) Integer> ids,
            @ForAll @IntRange(min = 0, max = 400) int spreadAt) {
        PacketIdSet set = new PacketIdSet();
        Set<Integer> expected = new HashSet<>();

        for (int i = 0; i < ids.size(); i++) {
            int id = ids.get(i);
            if (i == spreadAt) {
                set.spread();
            }
            if (i % 3 == 2) {
                assertThat(set.remove(ids.get(i / 2))).isEqualTo(expected.remove(ids.get(i / 2)));
            }
            assertThat(set.add(id)).isEqualTo(expected.add(id));
            assertThat(set.size()).isEqualTo(expected.size());
        }

        assertThat(ids).allSatisfy(id -> assertThat(set.contains(id)).isEqualTo(expected.contains(id)));
        expected.forEach(id -> assertThat(set.remove(id)).isTrue());
        assertThat(set.size()).isZero();
        assertThat(set.isSpread()).isFalse();
    }

    @Test
    void takesEveryPacketId() {
        PacketIdSet set = new PacketIdSet();

        for (int id = 1; id <= 65_535; id++) {
            if (set.isCrowded()) {
                set.spread();
            }
            assertThat(set.add(id)).isTrue();
        }

        assertThat(set.size()).isEqualTo(65_535);
        assertThat(set.contains(1)).isTrue();
        assertThat(set.contains(65_535)).isTrue();
        assertThat(set.add(65_535)).isFalse();
    }
}
