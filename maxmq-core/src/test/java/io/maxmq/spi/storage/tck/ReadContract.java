package io.maxmq.spi.storage.tck;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.StoreCapabilities.Feature;
import io.maxmq.spi.storage.Table;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static io.maxmq.spi.storage.tck.StoreDriver.ANIMALS;
import static io.maxmq.spi.storage.tck.StoreDriver.PLANTS;
import static io.maxmq.spi.storage.tck.StoreDriver.await;
import static io.maxmq.spi.storage.tck.StoreDriver.awaitFailure;
import static io.maxmq.spi.storage.tck.StoreDriver.key;
import static io.maxmq.spi.storage.tck.StoreDriver.value;
import static org.assertj.core.api.Assertions.assertThat;

/** Reads: order, ranges, pages, consistency. */
public interface ReadContract extends StoreFixture {

    /** Puts cat-0 to cat-9 into shard 1, each with a value of 100 bytes, and gives their keys. */
    default List<Bytes> putTenCats() {
        List<Bytes> cats =
                IntStream.range(0, 10).mapToObj(i -> key(1, "cat-" + i)).toList();
        Batch.Builder batch = Batch.builder(1);
        cats.forEach(cat -> batch.put(ANIMALS, cat, Bytes.wrap(new byte[100])));
        driver().commit(batch);
        return cats;
    }

    @Test
    default void findsNothingInATableThatNobodyHasWrittenTo() {
        Table unknown = new Table("unknown");

        assertThat(driver().get(unknown, key(1, "cat"))).isEmpty();
        EntryPage page = await(store().scan(Scan.of(unknown, 0)).next());
        assertThat(page.entries()).isEmpty();
        assertThat(page.last()).isTrue();
    }

    @Test
    default void readsLocallyToo() {
        driver().put(ANIMALS, key(1, "cat"), "meow");

        // One machine: local is linearizable. Many: some state that there was, so that only its shape can be said.
        if (!store().capabilities().has(Feature.REPLICATED)) {
            assertThat(await(store().get(ANIMALS, key(1, "cat"), Consistency.LOCAL)))
                    .isPresent();
            assertThat(driver().entries(driver().scanOf(ANIMALS, 1).with(Consistency.LOCAL)))
                    .hasSize(1);
        }
    }

    @Test
    default void ordersKeysAsUnsignedBytes() {
        List<Bytes> ordered = List.of(
                Bytes.wrap(new byte[] {1}),
                Bytes.wrap(new byte[] {1, 0}),
                Bytes.wrap(new byte[] {1, 0, 0}),
                Bytes.wrap(new byte[] {1, 0x7F}),
                Bytes.wrap(new byte[] {1, (byte) 0x80}),
                Bytes.wrap(new byte[] {1, (byte) 0xFF}),
                Bytes.wrap(new byte[] {1, (byte) 0xFF, 0}));
        Batch.Builder batch = Batch.builder(1);
        for (int i : new int[] {3, 6, 0, 5, 1, 4, 2}) {
            batch.put(ANIMALS, ordered.get(i), value("" + i));
        }
        driver().commit(batch);

        assertThat(driver().keys(driver().scanOf(ANIMALS, 1))).isEqualTo(ordered);
    }

    @Test
    default void scansAllShardsOfAPartitionInOrderAndNoOther() {
        for (int shard = 255; shard >= 0; shard--) {
            driver().put(ANIMALS, key(shard, "cat"), "meow");
        }

        for (int partition = 0; partition < store().partitions().count(); partition++) {
            List<Bytes> expected = store().partitions().shards(partition).stream()
                    .mapToObj(shard -> key(shard, "cat"))
                    .toList();
            assertThat(driver().keys(Scan.of(ANIMALS, partition))).isEqualTo(expected);
        }
    }

    @Test
    default void findsNothingInARangeOfAnotherPartition() {
        driver().put(ANIMALS, key(1, "cat"), "meow");

        for (int partition = 0; partition < store().partitions().count(); partition++) {
            List<Entry> found = driver().entries(Scan.of(ANIMALS, partition).within(KeyRange.shard(1)));
            assertThat(found).hasSize(partition == driver().partitionOf(1) ? 1 : 0);
        }
    }

    @Test
    default void scansARangeWithoutItsEnd() {
        List<Bytes> cats = putTenCats();
        driver().put(PLANTS, cats.get(3), "grass");
        Scan scan = driver().scanOf(ANIMALS, 1);

        assertThat(driver().keys(scan.within(new KeyRange(cats.get(2), cats.get(5)))))
                .isEqualTo(cats.subList(2, 5));
        assertThat(driver().keys(scan.within(new KeyRange(cats.get(8), null)))).isEqualTo(cats.subList(8, 10));
        assertThat(driver().keys(scan.within(KeyRange.prefix(key(1, "cat-"))))).isEqualTo(cats);
        assertThat(driver().keys(scan.within(KeyRange.prefix(cats.get(4))))).containsExactly(cats.get(4));
        assertThat(driver().keys(scan.within(new KeyRange(cats.get(5), cats.get(5)))))
                .isEmpty();
        assertThat(driver().keys(scan.within(new KeyRange(cats.get(5), cats.get(2)))))
                .isEmpty();
    }

    @Test
    default void scansBackwards() {
        assumeFeature(Feature.REVERSE_SCAN);
        List<Bytes> cats = putTenCats();
        Scan scan = driver().scanOf(ANIMALS, 1).backwards();

        assertThat(driver().keys(scan.pages(3, 1_000_000))).isEqualTo(reversed(cats));
        assertThat(driver().keys(scan.within(new KeyRange(cats.get(2), cats.get(5)))))
                .isEqualTo(reversed(cats.subList(2, 5)));
        assertThat(await(store().scan(scan.pages(1, 1)).next()).entries().get(0).key())
                .isEqualTo(cats.get(9));
    }

    private static List<Bytes> reversed(List<Bytes> keys) {
        List<Bytes> reversed = new ArrayList<>(keys);
        Collections.reverse(reversed);
        return reversed;
    }

    @Test
    default void endsAPageAtItsEntries() {
        List<Bytes> cats = putTenCats();

        List<EntryPage> pages =
                StoreDriver.pages(store().scan(driver().scanOf(ANIMALS, 1).pages(4, 1_000_000)));

        assertThat(pages.stream().flatMap(page -> page.entries().stream().map(Entry::key)))
                .isEqualTo(cats);
        assertThat(pages).allSatisfy(page -> assertThat(page.entries()).hasSizeLessThanOrEqualTo(4));
        assertThat(pages.stream().filter(EntryPage::last)).hasSize(1);
        assertThat(pages.subList(0, pages.size() - 1))
                .allSatisfy(page -> assertThat(page.entries()).isNotEmpty());
    }

    @Test
    default void endsAPageWithTheEntryThatReachesItsBytes() {
        List<Bytes> cats = putTenCats();
        int entryBytes = cats.get(0).length() + 100;

        List<EntryPage> pages =
                StoreDriver.pages(store().scan(driver().scanOf(ANIMALS, 1).pages(1_000, 2 * entryBytes + 1)));

        assertThat(pages.stream().flatMap(page -> page.entries().stream().map(Entry::key)))
                .isEqualTo(cats);
        assertThat(pages).allSatisfy(page -> assertThat(page.entries()).hasSizeLessThanOrEqualTo(3));
    }

    @Test
    default void givesAnEntryLargerThanThePage() {
        List<Bytes> cats = putTenCats();

        assertThat(driver().keys(driver().scanOf(ANIMALS, 1).pages(1_000, 1))).isEqualTo(cats);
    }

    @Test
    default void givesEmptyLastPagesBehindTheLastPage() {
        putTenCats();
        Cursor cursor = store().scan(driver().scanOf(ANIMALS, 1));
        EntryPage page = await(cursor.next());
        while (!page.last()) {
            page = await(cursor.next());
        }

        assertThat(await(cursor.next())).isEqualTo(new EntryPage(List.of(), page.version(), true));
        assertThat(await(cursor.next())).isEqualTo(new EntryPage(List.of(), page.version(), true));
    }

    @Test
    default void showsOneStateHoweverMuchIsWrittenMeanwhile() {
        List<Bytes> cats = putTenCats();
        Cursor cursor = store().scan(driver().scanOf(ANIMALS, 1).pages(2, 1_000_000));
        List<Entry> seen = new ArrayList<>();

        EntryPage page = await(cursor.next());
        long version = page.version();
        seen.addAll(page.entries());
        driver().commit(Batch.builder(1)
                .put(ANIMALS, key(1, "cat-55"), value("new"))
                .put(ANIMALS, cats.get(7), value("changed"))
                .delete(ANIMALS, cats.get(8))
                .deleteRange(ANIMALS, KeyRange.prefix(cats.get(3))));
        while (!page.last()) {
            page = await(cursor.next());
            seen.addAll(page.entries());
            assertThat(page.version()).isEqualTo(version);
        }

        assertThat(seen.stream().map(Entry::key)).isEqualTo(cats);
        assertThat(seen).allSatisfy(entry -> assertThat(entry.value().length()).isEqualTo(100));
        assertThat(driver().keys(driver().scanOf(ANIMALS, 1)))
                .contains(key(1, "cat-55"))
                .doesNotContain(cats.get(8));
    }

    @Test
    default void readsNothingBeforeTheFirstPage() {
        Cursor cursor = store().scan(driver().scanOf(ANIMALS, 1));

        long version = driver().put(ANIMALS, key(1, "cat"), "meow");

        EntryPage page = await(cursor.next());
        assertThat(page.entries()).containsExactly(new Entry(key(1, "cat"), value("meow"), version));
        assertThat(page.version()).isEqualTo(version);
    }

    @Test
    default void failsAPageOfAClosedCursor() {
        putTenCats();
        Cursor cursor = store().scan(driver().scanOf(ANIMALS, 1).pages(2, 1_000_000));
        await(cursor.next());

        cursor.close();
        cursor.close();

        assertThat(awaitFailure(cursor.next()).kind()).isEqualTo(Kind.CLOSED);
    }
}
