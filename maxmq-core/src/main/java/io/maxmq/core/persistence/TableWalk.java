package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Page;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Shard;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.Table;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one partition of a table from its beginning to its end, around what the store says is damaged: a range of keys that
 * cannot be read ends where the next one can. Blocks. Not thread-safe.
 */
public final class TableWalk {
    /** A stretch of keys is narrowed down until it differs in so many bytes behind the longer of its ends. */
    private static final int MORE_BYTES = 2;

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

    public TableWalk(KeyValueStore store, Table table, int partition) {
        this.store = store;
        this.table = table;
        this.partition = partition;
    }

    /** Gives each entry, in the order of the keys. */
    public void run(Consumer<Entry> each, Damage damage) {
        Bytes from = Bytes.EMPTY;
        while (from != null) {
            Part part = new Part(from);
            StorageException cause = part.read(each);
            if (cause == null) {
                return;
            }
            Bytes behind = part.last == null ? from : part.last.next();
            from = readableFrom(behind);
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
            try (Cursor cursor = store.scan(Scan.of(table, partition).within(new KeyRange(from, null)))) {
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
        try (Cursor cursor = store.scan(
                Scan.of(table, partition).within(new KeyRange(from, null)).pages(1, 1))) {
            return cursor.next().toCompletableFuture().join();
        } catch (CompletionException e) {
            throw unwrapped(e);
        }
    }

    private boolean isReadable(Bytes from) {
        try {
            first(from);
            return true;
        } catch (StorageException e) {
            if (e.kind() == StorageException.Kind.DAMAGED) {
                return false;
            }
            throw e;
        }
    }

    /** About the lowest key from which on something can be read; null when nothing can. */
    private @Nullable Bytes readableFrom(Bytes unreadable) {
        Bytes high = null;
        for (int shard = unreadable.isEmpty() ? 0 : ShardedKey.shardOf(unreadable) + 1; shard < Shard.COUNT; shard++) {
            Bytes start = Bytes.wrap(new byte[] {(byte) shard});
            if (start.compareTo(unreadable) > 0 && isReadable(start)) {
                high = start;
                break;
            }
        }
        Bytes low = unreadable;
        Bytes end = high == null ? Bytes.wrap(new byte[] {(byte) 0xFF, (byte) 0xFF}) : high;
        for (Bytes middle = middle(low, end); middle != null; middle = middle(low, end)) {
            if (isReadable(middle)) {
                high = middle;
                end = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    /** A key between two others; null when they are as close as matters. */
    static @Nullable Bytes middle(Bytes low, Bytes high) {
        int length = Math.max(low.length(), high.length()) + MORE_BYTES;
        if (length > 64) {
            length = Math.min(length, commonPrefix(low, high) + 16);
        }
        BigInteger from = number(low, length);
        BigInteger to = number(high, length);
        BigInteger between = from.add(to).shiftRight(1);
        if (between.compareTo(from) <= 0 || to.subtract(from).bitLength() <= 8) {
            return null;
        }
        byte[] bytes = between.toByteArray();
        byte[] key = new byte[length];
        int take = Math.min(length, bytes.length);
        System.arraycopy(bytes, bytes.length - take, key, length - take, take);
        return Bytes.wrap(key);
    }

    private static int commonPrefix(Bytes one, Bytes other) {
        int same = Arrays.mismatch(one.array(), other.array());
        return same < 0 ? one.length() : same;
    }

    private static BigInteger number(Bytes key, int length) {
        return new BigInteger(1, Arrays.copyOf(key.array(), length));
    }
}
