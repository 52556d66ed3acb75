package io.maxmq.examples.crash;

import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Mutation;
import io.maxmq.spi.storage.Table;
import io.maxmq.storage.RocksDbStorage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;

/** A standalone broker that does one thing wrong in its storage; a program for {@link Broker}. */
final class FaultyBroker {
    private static final Table INBOUND = new Table("inbound");
    private static final Table QUEUE = new Table("queue");

    /** A record begins with a checksum, its version, and then, in a queue, flags: see {@code maxmq-storage/README.md}. */
    private static final int CHECKSUM_BYTES = 4;

    private static final int FLAGS_AT = CHECKSUM_BYTES + 1;
    private static final int RELEASED = 1 << 3;

    /** What it does wrong. */
    enum Fault {
        NONE,
        /** It forgets which packet ids of QoS 2 publishers have used. */
        LOST_IDS,
        /** Two messages that a queue gets together have each other's place. */
        SWAPPED_ORDER
    }

    private FaultyBroker() {}

    /** What to put behind {@code java} to start it. */
    static List<String> program(Path jar, Fault fault) {
        String classes = jar.toAbsolutePath()
                + System.getProperty("path.separator")
                + Path.of("target", "test-classes").toAbsolutePath();
        return List.of("-cp", classes, FaultyBroker.class.getName(), fault.name());
    }

    /** @param args the fault, and then options of the standalone broker: those that a crash run has */
    public static void main(String[] args) {
        List<String> options = List.of(args);
        Fault fault = Fault.valueOf(options.get(0));
        Path directory = Path.of(options.get(options.indexOf("--data-dir") + 1));
        String durability = options.get(options.indexOf("--durability") + 1);
        MaxMQ broker = MaxMQ.builder()
                .listener(Listener.tcp("127.0.0.1", 0))
                .allowAnonymous()
                .storage(faulty(
                        RocksDbStorage.at(directory)
                                .durability(Durability.valueOf(durability.toUpperCase(Locale.ROOT))),
                        fault))
                .start();
        System.out.println(
                "MaxMQ ready: tcp 127.0.0.1:" + broker.listeners().tcp().port() + " (" + fault + ")");
    }

    private static KeyValueStore faulty(KeyValueStore store, Fault fault) {
        return (KeyValueStore) Proxy.newProxyInstance(
                FaultyBroker.class.getClassLoader(), new Class<?>[] {KeyValueStore.class}, (proxy, method, args) -> {
                    if (args != null && args.length == 1 && args[0] instanceof Batch batch) {
                        return store.commit(changed(batch, fault));
                    }
                    try {
                        return method.invoke(store, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static Batch changed(Batch batch, Fault fault) {
        if (!batch.preconditions().isEmpty()) {
            return batch;
        }
        List<Mutation> mutations = new ArrayList<>(batch.mutations());
        if (fault == Fault.LOST_IDS) {
            mutations.replaceAll(FaultyBroker::forgotten);
        } else if (fault == Fault.SWAPPED_ORDER) {
            swap(mutations);
        }
        Batch.Builder changed = Batch.builder(batch.shard());
        for (Mutation each : mutations) {
            if (each instanceof Mutation.Put put) {
                changed.put(put.table(), put.key(), put.value());
            } else if (each instanceof Mutation.Delete delete) {
                changed.delete(delete.table(), delete.key());
            } else if (each instanceof Mutation.DeleteRange delete) {
                changed.deleteRange(delete.table(), delete.range());
            } else if (each instanceof Mutation.Add add) {
                changed.add(add.table(), add.key(), add.delta());
            }
        }
        return changed.build();
    }

    private static Mutation forgotten(Mutation each) {
        return each.table().equals(INBOUND) && each instanceof Mutation.Put put
                ? new Mutation.Delete(INBOUND, put.key())
                : each;
    }

    private static void swap(List<Mutation> mutations) {
        for (int i = 1; i < mutations.size(); i++) {
            if (mutations.get(i - 1) instanceof Mutation.Put first
                    && mutations.get(i) instanceof Mutation.Put second
                    && isMessage(first)
                    && isMessage(second)
                    && owner(first).equals(owner(second))) {
                mutations.set(i - 1, withContentOf(second, first.key()));
                mutations.set(i, withContentOf(first, second.key()));
                i++;
            }
        }
    }

    private static boolean isMessage(Mutation.Put put) {
        return put.table().equals(QUEUE) && (put.value().byteAt(FLAGS_AT) & RELEASED) == 0;
    }

    /** The key without the sequence. */
    private static Bytes owner(Mutation.Put put) {
        return put.key().slice(0, put.key().length() - Long.BYTES);
    }

    private static Mutation withContentOf(Mutation.Put other, Bytes key) {
        Bytes content = other.value().slice(CHECKSUM_BYTES, other.value().length());
        CRC32C checksum = new CRC32C();
        checksum.update(key.array());
        checksum.update(content.array());
        Bytes checksumBytes = Bytes.ofLong(checksum.getValue()).slice(Long.BYTES - CHECKSUM_BYTES, Long.BYTES);
        return new Mutation.Put(QUEUE, key, checksumBytes.concat(content));
    }
}
