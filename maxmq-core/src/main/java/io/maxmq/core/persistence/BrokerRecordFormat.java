package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.RecordFormat;
import io.maxmq.spi.storage.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The {@link RecordFormat} of the broker's tables. Stateless. */
public final class BrokerRecordFormat implements RecordFormat {
    private static final List<Table> ONE_OF_SESSION = List.of(Tables.SESSION, Tables.WILL);
    private static final List<Table> MANY_OF_SESSION =
            List.of(Tables.SUBSCRIPTION, Tables.QUEUE, Tables.PASSING, Tables.INBOUND);

    @Override
    public Set<Table> tables() {
        return Set.copyOf(Tables.all());
    }

    @Override
    public Optional<String> nameIn(Bytes key) {
        try {
            return Optional.of(OwnerKey.nameIn(key));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    @Override
    public List<Part> ofSession(String tenant, String clientId) {
        OwnerKey key = OwnerKey.of(tenant, clientId);
        KeyRange one = new KeyRange(key.alone(), key.named("\0"));
        List<Part> parts = new ArrayList<>();
        ONE_OF_SESSION.forEach(table -> parts.add(new Part(table, one)));
        MANY_OF_SESSION.forEach(table -> parts.add(new Part(table, key.all())));
        return parts;
    }

    @Override
    public String describe(Table table, Entry entry) {
        try {
            return text(table, entry);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new DamagedRecordException("invalid key of table " + table + ": " + entry.key());
        }
    }

    private static String text(Table table, Entry entry) {
        if (table.equals(Tables.SESSION)) {
            return of(SessionRecord.read(entry));
        }
        if (table.equals(Tables.SUBSCRIPTION)) {
            SubscriptionRecord record = SubscriptionRecord.read(entry);
            return SubscriptionRecord.filter(entry.key()) + " qos=" + record.maxQos()
                    + (record.noLocal() ? " no-local" : "")
                    + (record.retainAsPublished() ? " retain-as-published" : "")
                    + (record.queued() ? "" : " not-queued")
                    + (record.automatic() ? " automatic" : "")
                    + (record.exclusive() ? " exclusive" : "")
                    + (record.subscriptionId() == 0 ? "" : " id=" + record.subscriptionId());
        }
        if (table.equals(Tables.QUEUE)) {
            return of(OwnerKey.numberIn(entry.key()), QueueRecord.read(entry));
        }
        if (table.equals(Tables.INBOUND)) {
            InboundRecord record = InboundRecord.read(entry);
            return "packet id " + InboundRecord.packetId(entry.key()) + " of message "
                    + id(record.idHigh(), record.idLow()) + (record.message() == null ? " routed" : " being routed");
        }
        if (table.equals(Tables.PASSING)) {
            PassingRecord record = PassingRecord.read(entry);
            return "sequence " + OwnerKey.numberIn(entry.key()) + ", message " + id(record.idHigh(), record.idLow())
                    + ", goes to another member of " + record.filter();
        }
        if (table.equals(Tables.WILL)) {
            WillRecord record = WillRecord.read(entry);
            return of(record.message()) + " delay=" + record.delaySeconds() + "s"
                    + (record.dueAtMillis() == 0
                            ? " of a connection"
                            : " due " + Instant.ofEpochMilli(record.dueAtMillis()));
        }
        if (table.equals(Tables.PAYLOAD)) {
            return Payloads.body(entry).length + " bytes";
        }
        if (table.equals(Tables.PAYLOAD_COUNT)) {
            return counter(entry.value());
        }
        // All other records have a checksum and a version.
        RecordReader record = new RecordReader(table, entry, Byte.MAX_VALUE);
        return "version " + record.version() + ", " + entry.value().length() + " bytes";
    }

    private static String counter(Bytes value) {
        if (value.length() != Long.BYTES) {
            throw new DamagedRecordException("invalid counter size: " + value.length() + " bytes");
        }
        return Long.toString(value.longAt(0));
    }

    private static String of(SessionRecord record) {
        String expiry = record.expirySeconds() == 0xFFFF_FFFFL ? "never" : record.expirySeconds() + "s";
        return "owner=" + (record.owner() == null ? "-" : record.owner()) + (record.claimed() ? " (claimed)" : "")
                + " expiry=" + expiry
                + (record.connected()
                        ? " connected"
                        : " away since " + Instant.ofEpochMilli(record.awaySinceMillis()) + " sent up to "
                                + record.sentUpTo());
    }

    private static String of(long sequence, QueueRecord record) {
        String head = "sequence " + sequence + " packet id " + (1 + sequence % 65_535) + " qos="
                + (record.deliveryFlags() & 3);
        MessageRecord message = record.message();
        return head
                + (message == null ? " released, message " + id(record.idHigh(), record.idLow()) : " " + of(message))
                + (record.filter() == null ? "" : " by " + record.filter());
    }

    private static String of(MessageRecord message) {
        return "topic=" + message.topic() + " bytes=" + message.bodyLength() + (message.isApart() ? " apart" : "")
                + (message.retain() ? " retain" : "")
                + (message.expiresAtMillis() == 0 ? "" : " expires " + Instant.ofEpochMilli(message.expiresAtMillis()))
                + " message " + id(message.idHigh(), message.idLow());
    }

    private static String id(long high, long low) {
        return String.format("%016x%016x", high, low);
    }
}
