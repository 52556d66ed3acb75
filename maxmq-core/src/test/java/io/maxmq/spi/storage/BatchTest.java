package io.maxmq.spi.storage;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class BatchTest {

    private static final Table ANIMALS = new Table("animals");

    private static Bytes key(int shard, String name) {
        return ShardedKey.encode(shard, "tenant", Bytes.utf8(name));
    }

    private static Bytes value(String text) {
        return Bytes.utf8(text);
    }

    @Test
    void refusesKeysThatItsShardDoesNotHold() {
        Bytes tooLong = Bytes.wrap(new byte[KeyValueStore.MAX_KEY_BYTES + 1]);
        for (Bytes key : List.of(key(2, "cat"), Bytes.EMPTY, tooLong)) {
            int shard = key.equals(tooLong) ? 0 : 1;
            List<Consumer<Batch.Builder>> uses = List.of(
                    batch -> batch.put(ANIMALS, key, value("meow")),
                    batch -> batch.delete(ANIMALS, key),
                    batch -> batch.add(ANIMALS, key, 1),
                    batch -> batch.requireAbsent(ANIMALS, key),
                    batch -> batch.requireEqual(ANIMALS, key, value("meow")),
                    batch -> batch.requireVersionBelow(ANIMALS, key, 1),
                    batch -> batch.deleteRange(ANIMALS, KeyRange.prefix(key)));
            assertThat(uses)
                    .allSatisfy(use ->
                            assertThatIllegalArgumentException().isThrownBy(() -> use.accept(Batch.builder(shard))));
        }
    }

    @Test
    void refusesRangesThatReachBeyondItsShard() {
        Batch.Builder batch = Batch.builder(1);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> batch.deleteRange(ANIMALS, new KeyRange(key(1, "a"), key(2, "a"))));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> batch.deleteRange(ANIMALS, new KeyRange(key(1, "a"), null)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> batch.deleteRange(ANIMALS, new KeyRange(key(0, "a"), key(1, "a"))));
        batch.deleteRange(ANIMALS, KeyRange.shard(1));
        Batch.builder(255).deleteRange(ANIMALS, new KeyRange(key(255, "a"), null));
    }

    @Test
    void staysAsItWasBuiltThoughItsBuilderGoesOn() {
        Batch.Builder builder = Batch.builder(1).put(ANIMALS, key(1, "cat"), value("meow"));

        Batch batch = builder.build();
        builder.delete(ANIMALS, key(1, "cat")).requireAbsent(ANIMALS, key(1, "cat"));

        assertThat(batch.mutations()).containsExactly(new Mutation.Put(ANIMALS, key(1, "cat"), value("meow")));
        assertThat(batch.preconditions()).isEmpty();
        assertThat(batch.shard()).isEqualTo(1);
    }

    @Test
    void countsItsBytes() {
        Bytes key = Bytes.wrap(new byte[] {1, 2, 3});

        assertThat(Batch.builder(1)
                        .put(ANIMALS, key, value("meow"))
                        .delete(ANIMALS, key)
                        .add(ANIMALS, key, 1)
                        .requireAbsent(ANIMALS, key)
                        .requireEqual(ANIMALS, key, value("meow"))
                        .requireVersionBelow(ANIMALS, key, 1)
                        .deleteRange(ANIMALS, KeyRange.prefix(key))
                        .build()
                        .sizeBytes())
                .isEqualTo(7 + 3 + 11 + 3 + 7 + 11 + 6);
    }

    @Test
    void printsNoValues() {
        Bytes secret = Bytes.utf8("secret");
        Batch batch = Batch.builder(1)
                .put(ANIMALS, key(1, "cat"), secret)
                .requireEqual(ANIMALS, key(1, "cat"), secret)
                .build();
        List<Object> printed =
                List.of(batch, new Entry(key(1, "cat"), secret, 1), new Change.Put(key(1, "cat"), secret));

        assertThat(printed).allSatisfy(object -> assertThat(object.toString()).doesNotContain(secret.toString()));
    }
}
