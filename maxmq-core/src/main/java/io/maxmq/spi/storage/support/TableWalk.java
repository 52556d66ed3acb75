package io.maxmq.spi.storage.support;

import io.maxmq.spi.Preview;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.Table;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a partition of a table, or a range of it, in key order and skips damaged stretches. Blocks. Not thread-safe.
 *
 * @since 0.1.0
 */
@Preview
public final class TableWalk {
    /** Callback for each skipped stretch. */
    @Preview
    public interface Damage {
        /**
         * @param after the last readable key before the stretch; or null
         * @param until the first readable key after the stretch, or null
         */
        void onDamage(StorageException cause, @Nullable Bytes after, @Nullable Bytes until);
    }

    private final KeyValueStore store;
    private final Table table;
    private final int partition;
    private final KeyRange range;

    /** Reads all of the partition. */
    public TableWalk(KeyValueStore store, Table table, int partition) {
        this(store, table, partition, KeyRange.ALL);
    }

    /** @param range the keys to read */
    public TableWalk(KeyValueStore store, Table table, int partition, KeyRange range) {
        this.store = store;
        this.table = table;
        this.partition = partition;
        this.range = range;
    }

    /**
     * Passes each readable entry to {@code each}, in key order.
     *
     * @throws StorageException if a read fails for another reason than damage
     */
    public void run(Consumer<Entry> each, Damage damage) {
        Bytes from = range.from();
        while (from != null) {
            Part part = new Part(from);
            StorageException cause = part.read(each);
            if (cause == null) {
                return;
            }
            Bytes behind = part.last == null ? from : part.last.next();
            from = join(new BehindDamage(store, table, partition, range.to()).from(behind))
                    .orElse(null);
            damage.onDamage(cause, part.last, from);
        }
    }

    private final class Part {
        private final Bytes from;
        private @Nullable Bytes last;

        Part(Bytes from) {
            this.from = from;
        }

        /** Why it could not go on; null at the end. */
        @Nullable
        StorageException read(Consumer<Entry> each) {
            try (Cursor cursor = store.scan(Scan.of(table, partition).within(new KeyRange(from, range.to())))) {
                while (true) {
                    EntryPage page = cursor.next().toCompletableFuture().join();
                    for (Entry entry : page.entries()) {
                        last = entry.key();
                        each.accept(entry);
                    }
                    if (page.last()) {
                        return null;
                    }
                }
            } catch (CompletionException e) {
                if (e.getCause() instanceof StorageException cause && cause.kind() == StorageException.Kind.DAMAGED) {
                    return readOneByOne(each, cause);
                }
                throw unwrapped(e);
            }
        }

        /** A page that cannot be read as a whole may have entries in front of what is damaged. */
        private StorageException readOneByOne(Consumer<Entry> each, StorageException cause) {
            while (true) {
                Bytes start = last == null ? from : last.next();
                Entry entry;
                try {
                    EntryPage page = first(start);
                    if (page.entries().isEmpty()) {
                        return cause;
                    }
                    entry = page.entries().get(0);
                } catch (StorageException damaged) {
                    return cause;
                }
                last = entry.key();
                each.accept(entry);
            }
        }
    }

    private static RuntimeException unwrapped(CompletionException e) {
        return e.getCause() instanceof RuntimeException cause ? cause : e;
    }

    private EntryPage first(Bytes from) {
        return join(BehindDamage.first(store, table, partition, new KeyRange(from, range.to())));
    }

    private static <T> T join(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw unwrapped(e);
        }
    }
}
