package io.maxmq.core.recovery;

import io.maxmq.core.persistence.GroupQueueRecord;
import io.maxmq.core.persistence.MessageRecord;
import io.maxmq.core.persistence.PassingRecord;
import io.maxmq.core.persistence.Persistence;
import io.maxmq.core.persistence.QueueRecord;
import io.maxmq.core.persistence.Tables;
import io.maxmq.core.recovery.EarlierRecipients.MessageId;
import io.maxmq.core.session.SessionKey;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;

/**
 * Messages of QoS 2 that were on their way from one member of a shared subscription to another when the broker ended: whoever was
 * passing one on keeps it, unless another member, or the subscription's queue, has it too. Of several who were passing on the same
 * one keeps it.
 *
 * <p>Runs on the thread that starts the broker, before anything else looks at queues. Takes a look at all queues when there are such
 * messages, and none otherwise. May be cut off at any point and begun anew.
 */
final class PassedOn {
    private static final int MOST_PER_BATCH = 500;

    private final Persistence persistence;
    private final Logger log;
    private final List<Passed> passed = new ArrayList<>();
    private final Map<OneOfGroup, Set<Place>> places = new HashMap<>();

    private PassedOn(Persistence persistence, Logger log) {
        this.persistence = persistence;
        this.log = log;
    }

    /** A message as the members of a shared subscription have it: one by several of those is several. */
    private record OneOfGroup(MessageId id, String filter) {}

    /** Where one is. */
    private record Place(Table table, Bytes key) {}

    /** @param key in the queue of who was passing it on, too */
    private record Passed(Bytes key, OneOfGroup what) {}

    /**
     * @throws io.maxmq.spi.storage.StorageException when what is to be removed cannot be
     */
    static void settle(Persistence persistence, Logger log) {
        PassedOn all = new PassedOn(persistence, log);
        persistence.readAll(Tables.PASSING, all::passed, log);
        if (!all.passed.isEmpty()) {
            all.find();
            all.remove();
        }
    }

    private void passed(Entry entry) {
        PassingRecord record = PassingRecord.read(entry);
        OneOfGroup what = new OneOfGroup(new MessageId(record.idHigh(), record.idLow()), record.filter());
        passed.add(new Passed(entry.key(), what));
        places.putIfAbsent(what, new HashSet<>(4));
    }

    private void find() {
        persistence.readAll(
                Tables.QUEUE,
                entry -> {
                    QueueRecord record = QueueRecord.read(entry);
                    if (record.filter() != null) {
                        found(record.idHigh(), record.idLow(), record.filter(), new Place(Tables.QUEUE, entry.key()));
                    }
                },
                log);
        persistence.readAll(
                Tables.GROUP_QUEUE,
                entry -> {
                    MessageRecord record = GroupQueueRecord.read(entry);
                    String filter = SessionKey.ofRecord(entry.key()).clientId();
                    found(record.idHigh(), record.idLow(), filter, new Place(Tables.GROUP_QUEUE, entry.key()));
                },
                log);
    }

    private void found(long idHigh, long idLow, String filter, Place place) {
        Set<Place> known = places.get(new OneOfGroup(new MessageId(idHigh, idLow), filter));
        if (known != null) {
            known.add(place);
        }
    }

    /** One after the other: so the last place of a message always stays. A body kept apart is swept when nobody has it. */
    private void remove() {
        Map<Integer, Batch.Builder> byShard = new HashMap<>();
        List<Batch> full = new ArrayList<>();
        int others = 0;
        int inBatches = 0;
        for (Passed each : passed) {
            int shard = ShardedKey.shardOf(each.key);
            Batch.Builder batch = byShard.computeIfAbsent(shard, Batch::builder);
            Set<Place> known = places.getOrDefault(each.what, Set.of());
            if (known.size() > 1 && known.remove(new Place(Tables.QUEUE, each.key))) {
                batch.delete(Tables.QUEUE, each.key);
                others++;
            }
            batch.delete(Tables.PASSING, each.key);
            if (++inBatches % MOST_PER_BATCH == 0) {
                byShard.values().forEach(gathered -> full.add(gathered.build()));
                byShard.clear();
            }
        }
        byShard.values().forEach(gathered -> full.add(gathered.build()));
        persistence.write(full);
        log.info(
                "{} messages were on their way from members of shared subscriptions to others, who have {} of them",
                passed.size(),
                others);
    }
}
