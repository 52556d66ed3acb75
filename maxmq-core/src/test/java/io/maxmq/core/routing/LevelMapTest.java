package io.maxmq.core.routing;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

class LevelMapTest {
    private static final class Named extends LevelNode {
        Named(String name, int hash) {
            super(name.getBytes(UTF_8), hash);
        }
    }

    record Key(String name, int hash) {}

    @Property(tries = 500)
    void agreesWithHashMapWhenHashesCollide(@ForAll("keys") List<Key> keys) {
        LevelMap<Named> map = new LevelMap<>();
        Map<Key, Named> expected = new HashMap<>();

        for (Key key : keys) { // a repeated key is removed
            Named known = expected.remove(key);
            if (known != null) {
                map.remove(known);
            } else {
                Named added = new Named(key.name, key.hash);
                map.add(added);
                expected.put(key, added);
            }
            for (Key any : keys) {
                byte[] name = any.name.getBytes(UTF_8);
                assertThat(map.find(name, 0, name.length, any.hash)).isSameAs(expected.get(any));
            }
            assertThat(walk(map)).isEqualTo(new HashSet<>(expected.values()));
            assertThat(map.isEmpty()).isEqualTo(expected.isEmpty());
        }

        expected.values().forEach(map::remove);
        assertThat(map.isEmpty()).isTrue();
    }

    private static Set<LevelNode> walk(LevelMap<Named> map) {
        Set<LevelNode> found = new HashSet<>();
        ArrayDeque<Object> left = new ArrayDeque<>();
        if (map.root() != null) {
            left.add(map.root());
        }
        while (!left.isEmpty()) {
            Object at = left.remove();
            if (at instanceof LevelNode node) {
                assertThat(found.add(node)).isTrue();
            } else {
                left.addAll(List.of(LevelMap.slots(at)));
            }
        }
        return found;
    }

    @Provide
    Arbitrary<List<Key>> keys() {
        return Combinators.combine(
                        Arbitraries.of("a", "b", "c", "d", "e"),
                        Arbitraries.of(0, 1, 32, 33, 1 << 30, 1 << 31, -1, 1 << 30 | 1, 0x7fffffff, 7, 7 << 5, 7 << 10))
                .as(Key::new)
                .list()
                .ofMaxSize(60);
    }
}
