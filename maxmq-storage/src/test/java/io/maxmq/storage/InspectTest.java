package io.maxmq.storage;

import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.core.persistence.SessionRecord;
import io.maxmq.core.persistence.SubscriptionRecord;
import io.maxmq.core.persistence.Tables;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.Table;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A look into a directory, and a repair of one. */
class InspectTest {
    private static final Table OF_EXTENSION = new Table("extension");

    @TempDir
    private Path parent;

    private String out = "";
    private String err = "";

    private Path directory() {
        return parent.resolve("data");
    }

    private int inspect(String... arguments) {
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        String[] all = Stream.concat(Stream.of(directory().toString()), Stream.of(arguments))
                .toArray(String[]::new);
        int status = Inspect.run(
                all,
                new PrintStream(outBytes, true, StandardCharsets.UTF_8),
                new PrintStream(errBytes, true, StandardCharsets.UTF_8));
        out = outBytes.toString(StandardCharsets.UTF_8);
        err = errBytes.toString(StandardCharsets.UTF_8);
        return status;
    }

    private static void session(RocksDbStorage store, String clientId) {
        OwnerKey key = OwnerKey.of("default", clientId);
        Bytes subscription = key.named("a/+");
        put(store, Tables.SESSION, key.alone(), new SessionRecord("u", 60, true, 0, -1, false).write(key.alone()));
        put(
                store,
                Tables.SUBSCRIPTION,
                subscription,
                new SubscriptionRecord(1, false, false, true, false, false, 7).write(subscription));
    }

    private static void put(RocksDbStorage store, Table table, Bytes key, Bytes value) {
        store.commit(Batch.builder(key.byteAt(0) & 0xFF).put(table, key, value).build())
                .toCompletableFuture()
                .join();
    }

    private RocksDbStorage open() {
        RocksDbStorage store = RocksDbStorage.at(directory());
        store.open().toCompletableFuture().join();
        return store;
    }

    private boolean has(RocksDbStorage store, Table table, Bytes key) {
        return store.get(table, key, Consistency.LINEARIZABLE)
                .toCompletableFuture()
                .join()
                .isPresent();
    }

    @Test
    void tablesAndSessionsAreShown() {
        try (RocksDbStorage store = open()) {
            session(store, "c1");
            session(store, "c2");
        }

        assertThat(inspect()).isZero();
        assertThat(out).containsPattern("session +2 ").containsPattern("subscription +2 ");
        assertThat(inspect("--session", "c1")).isZero();
        assertThat(out).contains("owner=u expiry=60s connected").contains("a/+ qos=1 id=7");
        assertThat(inspect("--session", "nobody")).isZero();
        assertThat(out).contains("nothing is stored of client id nobody");
        assertThat(inspect("--check")).isZero();
    }

    @Test
    void wrongArgumentsAreNamed() throws IOException {
        assertThat(inspect()).isEqualTo(2);
        assertThat(err).contains("not a directory");
        Files.createDirectories(directory());
        assertThat(inspect("--what")).isEqualTo(2);
        assertThat(err).contains("unknown argument: --what");
        assertThat(inspect("--session")).isEqualTo(2);
        assertThat(err).contains("no value: --session");
    }

    @Test
    void aDirectoryInUseIsLeftAlone() {
        try (RocksDbStorage store = open()) {
            session(store, "c1");
            assertThat(inspect()).isEqualTo(2);
            assertThat(inspect("--repair")).isEqualTo(2);
            assertThat(err).contains("in use");
        }
        assertThat(directory().resolveSibling("data.copy")).doesNotExist();
    }

    @Test
    void aDamagedRecordIsFoundAndLeftOut() {
        Bytes damaged = OwnerKey.of("default", "c2").alone();
        Bytes ofExtension = Bytes.wrap(new byte[] {1, 0, 5});
        try (RocksDbStorage store = open()) {
            session(store, "c1");
            session(store, "c2");
            put(store, Tables.SESSION, damaged, Bytes.utf8("not a record"));
            put(store, OF_EXTENSION, ofExtension, Bytes.utf8("no record of ours"));
        }

        assertThat(inspect("--check")).isEqualTo(1);
        assertThat(out).contains("damaged: record does not match its checksum").contains("of c2");
        assertThat(inspect("--repair")).isZero();
        assertThat(out).contains("1 lost");
        assertThat(inspect("--check")).isZero();
        try (RocksDbStorage store = open()) {
            assertThat(has(store, Tables.SESSION, damaged)).isFalse();
            assertThat(has(store, Tables.SESSION, OwnerKey.of("default", "c1").alone()))
                    .isTrue();
            assertThat(has(store, OF_EXTENSION, ofExtension)).isTrue();
        }
        assertThat(directory().resolveSibling("data.damaged")).isDirectory();
    }

    @Test
    void aDamagedLogIsCutAtItsDamage() throws IOException {
        try (RocksDbStorage store = open()) {
            for (int i = 0; i < 50; i++) {
                session(store, "c" + i);
            }
            // As it is while the store runs: what is closed has its log in tables.
            copyOfRunning(directory(), parent.resolve("running"));
        }
        deleteTree(directory());
        Files.move(parent.resolve("running"), directory());
        Path log = log();
        byte[] bytes = Files.readAllBytes(log);
        bytes[bytes.length / 2] ^= 0x10;
        Files.write(log, bytes);

        assertThat(inspect()).isEqualTo(1);
        assertThat(err)
                .contains(log.getFileName().toString())
                .contains("offset=")
                .contains("--repair");
        assertThat(inspect("--repair")).isZero();
        assertThat(out).contains("cut off the log behind its damage");
        assertThat(inspect("--check")).isZero();
        try (RocksDbStorage store = open()) {
            assertThat(has(store, Tables.SESSION, OwnerKey.of("default", "c0").alone()))
                    .isTrue();
            assertThat(has(store, Tables.SESSION, OwnerKey.of("default", "c49").alone()))
                    .isFalse();
        }
    }

    private Path log() throws IOException {
        try (Stream<Path> files = Files.list(directory().resolve("db"))) {
            return files.filter(each -> each.toString().endsWith(".log"))
                    .max((one, other) ->
                            Long.compare(one.toFile().length(), other.toFile().length()))
                    .orElseThrow();
        }
    }

    private static void copyOfRunning(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path each : files.toList()) {
                Path target = to.resolve(from.relativize(each).toString());
                if (Files.isDirectory(each)) {
                    Files.createDirectories(target);
                } else if (!each.getFileName().toString().startsWith("LOCK")) {
                    Files.copy(each, target);
                }
            }
        }
    }

    private static void deleteTree(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path each : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
