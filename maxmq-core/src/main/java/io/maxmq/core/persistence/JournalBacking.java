package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Capabilities.Feature;
import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.Journal;
import io.maxmq.spi.storage.Partitions;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.StorageFigures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A journal behind a store in memory. For one store, on its thread. */
public final class JournalBacking implements Backing {
    /** What may be added to a journal of little content before it is written anew. */
    private static final long SLACK_BYTES = 16L * 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(JournalBacking.class);

    private final Journal journal;
    private final long slackBytes;
    private boolean asked;

    /** Of the record that comes next. */
    private long number;

    /** The journal's content is not known: it has to be written anew before all else. */
    private boolean unsure;

    // Of records; written by the store's thread, read by anyone.
    private volatile long stateBytes;
    private volatile long batchBytes;
    private volatile long appends;

    public JournalBacking(Journal journal) {
        this(journal, SLACK_BYTES);
    }

    /** @param slackBytes what may be added to a journal of little content before it is written anew */
    JournalBacking(Journal journal, long slackBytes) {
        this.journal = journal;
        this.slackBytes = slackBytes;
    }

    @Override
    public String threadName() {
        return "maxmq-journal";
    }

    @Override
    public Durability durability() {
        return journal.durability();
    }

    @Override
    public Set<Feature> features() {
        return Set.of(Feature.PERSISTENT);
    }

    @Override
    public List<PartitionState> open(Partitions partitions) {
        asked = true;
        JournalReplay replay = new JournalReplay(partitions);
        call("open", () -> journal.open(replay::take));
        number = replay.number();
        stateBytes = replay.stateBytes();
        batchBytes = replay.batchBytes();
        return replay.states();
    }

    @Override
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread writes
    public void append(List<Recorded> changes, List<PartitionState> before) {
        if (unsure) {
            replace(before);
        }
        List<Bytes> records = new ArrayList<>(changes.size());
        long bytes = 0;
        for (Recorded change : changes) {
            Bytes record = JournalRecords.batch(number + records.size(), change);
            records.add(record);
            bytes += record.length();
        }
        call("write", () -> journal.append(records));
        number += records.size();
        batchBytes += bytes;
        appends++;
    }

    @Override
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // as above
    public void replace(List<PartitionState> states) {
        unsure = true;
        JournalRecords.OfState records = new JournalRecords.OfState(states);
        call("write anew", () -> journal.replace(records));
        if (records.hasNext()) {
            throw new StorageException(Kind.IO, "the journal has not taken all of its records: journal=" + journal);
        }
        unsure = false;
        number = records.number();
        stateBytes = records.bytes();
        batchBytes = 0;
        appends++;
    }

    /** Writes the journal anew when more has been added than the content was. When that fails, the next batch tries again. */
    @Override
    public void tidy(List<PartitionState> states) {
        if (unsure || batchBytes <= Math.max(slackBytes, stateBytes)) {
            return;
        }
        try {
            replace(states);
        } catch (StorageException | OutOfMemoryError e) {
            LOG.warn("The journal could not be written anew; until it can be, nothing is stored: {}", e.toString());
        }
    }

    @Override
    public StorageFigures figures() {
        long syncs = durability() == Durability.FSYNC ? appends : 0;
        return new StorageFigures(stateBytes + batchBytes, 0, batchBytes, 0, 0, 0, appends, syncs);
    }

    @Override
    public void close(List<PartitionState> states) {
        if (!asked) {
            return;
        }
        try {
            journal.close();
        } catch (IOException | RuntimeException e) {
            LOG.warn("The journal could not be closed; what was acknowledged is in it: {}", e.toString());
        }
    }

    private interface Call {
        void run() throws IOException;
    }

    private void call(String what, Call call) {
        try {
            call.run();
        } catch (StorageException e) {
            throw e;
        } catch (IOException | RuntimeException e) { // the journal may be anybody's
            throw new StorageException(Kind.IO, "cannot " + what + " the journal: journal=" + journal, e);
        }
    }
}
