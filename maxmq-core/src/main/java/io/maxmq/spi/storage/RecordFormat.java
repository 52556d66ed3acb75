package io.maxmq.spi.storage;

import io.maxmq.spi.Preview;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the records that a program keeps in a {@link KeyValueStore}, for tools that inspect or repair a store. The broker
 * provides the format of its own tables. An extension that keeps tables of its own may provide another: as a service,
 * found by {@link java.util.ServiceLoader}, with a public constructor without arguments. Thread-safe.
 *
 * @since 0.1.0
 */
@Preview
public interface RecordFormat {

    /**
     * A range of keys in a table. All keys of the range are in one shard. Immutable.
     *
     * @since 0.1.0
     */
    @Preview
    record Part(Table table, KeyRange keys) {}

    /** Returns the tables of this format. A store may lack some of them. */
    Set<Table> tables();

    /**
     * Describes an entry of one of the {@link #tables} in one line of text, after a check of its checksum.
     *
     * @throws DamagedRecordException when the key or the value cannot be read
     */
    String describe(Table table, Entry entry);

    /** Returns the name that a key begins with, such as a client id or a topic filter; empty without one. */
    Optional<String> nameIn(Bytes key);

    /** Returns the places of all records of a session, the most important one first. */
    List<Part> ofSession(String tenant, String clientId);
}
