package io.maxmq.examples.customstorage;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.h2.mvstore.MVStore;
import org.jspecify.annotations.Nullable;

/**
 * Reads an old version of a map page by page, on the store's thread. The {@link MVStore} keeps the pages of that version until
 * the cursor has reached its end or is closed. Thread-safe; one page at a time.
 */
final class MvCursor implements Cursor {
    private final Scan scan;
    private final MvStorage storage;

    /** Set while a page is read. */
    private final AtomicBoolean busy = new AtomicBoolean();

    private volatile boolean closed;

    // From here on: the store's thread only.
    private @Nullable View view;

    /** The version that this cursor shows; -1 before the first page. */
    private long version = -1;

    MvCursor(Scan scan, MvStorage storage) {
        this.scan = scan;
        this.storage = storage;
    }

    /** @param usage keeps the version */
    private record View(
            MVStore.TxCounter usage,
            org.h2.mvstore.Cursor<byte[], byte[]> entries,
            @Nullable Entry[] next) {}

    @Override
    public CompletionStage<EntryPage> next() {
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException("the previous page is still being read");
        }
        return storage.read(this::readPage, () -> busy.set(false));
    }

    private EntryPage readPage(MVStore store, MvTables tables) {
        if (closed) {
            release(store);
            throw new StorageException(Kind.CLOSED, "the cursor is closed");
        }
        if (version < 0) {
            version = tables.version();
            view = open(store, tables);
        }
        List<Entry> entries = new ArrayList<>();
        long bytes = 0;
        View current = view;
        while (current != null) {
            Entry next = current.next[0];
            if (next == null) {
                release(store);
                break;
            }
            if (entries.size() == scan.maxPageEntries() || bytes >= scan.maxPageBytes()) {
                return new EntryPage(entries, version, false);
            }
            entries.add(next);
            bytes += next.sizeBytes();
            advance(current);
        }
        return new EntryPage(entries, version, true);
    }

    private View open(MVStore store, MvTables tables) {
        KeyRange range = scan.range();
        byte[] from = range.from().toArray();
        Bytes end = range.to();
        byte[] to = end == null ? null : end.toArray();
        MVStore.TxCounter usage = store.registerVersionUsage();
        var map = tables.map(scan.table()).openVersion(store.getCurrentVersion());
        View opened = new View(usage, scan.reverse() ? map.cursor(to, from, true) : map.cursor(from), new Entry[1]);
        advance(opened);
        if (scan.reverse() && opened.next[0] != null && opened.next[0].key().equals(end)) {
            advance(opened); // the end of the range is exclusive, the map's is inclusive
        }
        return opened;
    }

    private void advance(View of) {
        of.next[0] = null;
        if (of.entries.hasNext()) {
            Bytes key = Bytes.wrap(of.entries.next());
            Bytes end = scan.range().to();
            if (scan.range().contains(key) || (scan.reverse() && key.equals(end))) {
                of.next[0] = MvTables.entry(key, of.entries.getValue());
            }
        }
    }

    private void release(MVStore store) {
        if (view != null) {
            store.deregisterVersionUsage(view.usage);
            view = null;
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            storage.later((store, tables) -> release(store));
        }
    }
}
