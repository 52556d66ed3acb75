package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Page;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.Table;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one partition of a table, or a range of it, from its beginning to its end, around what the store says is damaged: a range of keys that
 * cannot be read ends where the next one can. Blocks. Not thread-safe.
 */
public final class TableWalk {
    /** Told what is left out. */
    public interface Damage {
        /**
         * @param after the last key that could be read; null when there was none
         * @param until the first one from which on it can be read again; null when nothing behind can
         */
        void onDamage(StorageException cause, @Nullable Bytes after, @Nullable Bytes until);
    }

    private final KeyValueStore store;
    private final Table table;
    private final int partition;
    private final KeyRange range;

    /** All of the partition. */
    public TableWalk(KeyValueStore store, Table table, int partition) {
        this(store, table, partition, KeyRange.ALL);
    }

    /** @param range what of the partition is read */
    public TableWalk(KeyValueStore store, Table table, int partition, KeyRange range) {
        this.store = store;
        this.table = table;
        this.partition = partition;
        this.range = range;
    }

    /** Gives each entry, in the order of the keys. */
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
                    Page page = cursor.next().toCompletableFuture().join();
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
                    Page page = first(start);
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

    private Page first(Bytes from) {
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
