package io.maxmq.storage;

import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.core.persistence.PassingRecord;
import io.maxmq.core.persistence.SessionRecord;
import io.maxmq.core.persistence.SubscriptionRecord;
import io.maxmq.core.persistence.Tables;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A look into a directory, and a repair of one. */
class InspectTest {
    private static final Table OF_EXTENSION = new Table("extension");

    @TempDir
    private Path parent;

    private String out = "";
    private String err = "";
    private Runnable atFirstLine = () -> {};

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
                new PrintStream(new Watched(outBytes), true, StandardCharsets.UTF_8),
                new PrintStream(errBytes, true, StandardCharsets.UTF_8));
        out = outBytes.toString(StandardCharsets.UTF_8);
        err = errBytes.toString(StandardCharsets.UTF_8);
        return status;
    }

    /** Does something at the first line. */
    private final class Watched extends FilterOutputStream {
        Watched(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int each) throws IOException {
            Runnable once = atFirstLine;
            atFirstLine = () -> {};
            once.run();
            super.write(each);
        }
    }

    private static void session(RocksDbStorage store, String clientId) {
        OwnerKey key = OwnerKey.of("default", clientId);
        Bytes subscription = key.named("a/+");
        put(
                store,
                Tables.SESSION,
                key.alone(),
                new SessionRecord("u", false, 60, true, 0, -1, false).write(key.alone()));
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
            Bytes passing = OwnerKey.of("default", "c1").numbered(7);
            put(store, Tables.PASSING, passing, PassingRecord.write(passing, 1, 2, "$share/g/t"));
        }

        assertThat(inspect()).isZero();
        assertThat(out).containsPattern("session +2 ").containsPattern("subscription +2 ");
        assertThat(inspect("--session", "c1")).isZero();
        assertThat(out)
                .contains("owner=u expiry=60s connected")
                .contains("a/+ qos=1 id=7")
                .contains("sequence 7, message")
                .contains("goes to another member of $share/g/t");
        assertThat(inspect("--session", "nobody")).isZero();
        assertThat(out).contains("nothing is stored of client id nobody");
        assertThat(inspect("--check")).isZero();
    }

    @Test
    void wrongArgumentsAreNamed() throws IOException {
        assertThat(inspect()).isEqualTo(2);
        assertThat(err).contains("not a directory");
        Files.createDirectories(directory());
        assertThat(inspect()).isEqualTo(2);
        assertThat(err).contains("no store's directory");
        assertThat(inspect("--repair")).isEqualTo(2);
        assertThat(directory()).isEmptyDirectory();
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
        Bytes noKey = Bytes.wrap(new byte[] {1, 77});
        Bytes ofExtension = Bytes.wrap(new byte[] {1, 99}); // by its own rules
        try (RocksDbStorage store = open()) {
            session(store, "c1");
            session(store, "c2");
            put(store, Tables.SESSION, damaged, Bytes.utf8("not a record"));
            put(store, Tables.QUEUE, noKey, Bytes.utf8("no record either"));
            put(store, OF_EXTENSION, ofExtension, Bytes.utf8("no record of ours"));
        }

        assertThat(inspect()).isZero();
        assertThat(out).containsPattern("extension +1 +2 +17");
        assertThat(inspect("--check")).isEqualTo(1);
        assertThat(out)
                .contains("damaged: record does not match its checksum")
                .contains("of c2")
                .contains("of key " + noKey)
                .containsPattern("extension +1 entries, 0 damaged");
        assertThat(inspect("--repair")).isZero();
        assertThat(out).contains("2 damaged records left out;").doesNotContain("unknown number");
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
    void aSessionIsShownAroundADamagedBlock() throws IOException {
        try (RocksDbStorage store = open()) {
            session(store, "c1");
            OwnerKey owner = OwnerKey.of("default", "c1");
            for (int i = 0; i < 300; i++) {
                Bytes key = owner.named("filter/" + i);
                put(
                        store,
                        Tables.SUBSCRIPTION,
                        key,
                        new SubscriptionRecord(1, false, false, true, false, false, i).write(key));
            }
        }
        open().close(); // which writes the log into tables
        Path table = largest(".sst");
        byte[] bytes = Files.readAllBytes(table);
        bytes[20] ^= 0x10;
        Files.write(table, bytes);

        assertThat(inspect("--session", "c1")).isEqualTo(1);

        assertThat(out)
                .contains("owner=u expiry=60s connected")
                .containsPattern("subscription +a part cannot be read")
                .as("what is behind it")
                .contains("filter/99 ");
    }

    /** Of the store's own numbers, and of one of its tables: what it begins with, what tells of it, and where that is. */
    @ParameterizedTest
    @CsvSource({"about, 0.02", "about, 0.5", "about, 0.999", "session, 0.5", "session, 0.999"})
    void whateverIsDamagedOfAFileTheRestIsRepaired(String of, double at) throws IOException {
        try (RocksDbStorage store = open()) {
            session(store, "c1");
        }
        open().close(); // which writes the log into tables: the store's own first
        List<Path> files = files(".sst");
        Path damaged = files.get(of.equals("about") ? 0 : 1);
        byte[] bytes = Files.readAllBytes(damaged);
        bytes[(int) (at * bytes.length)] ^= 0x10;
        Files.write(damaged, bytes);
        assertThat(inspect("--check")).isEqualTo(1);

        assertThat(inspect("--repair")).as(out + err).isZero();
        assertThat(out.contains("unknown number of records lost: 1 unreadable ranges, 0 losses of the log"))
                .isEqualTo(of.equals("session")); // the store's own numbers are no records

        assertThat(inspect("--check")).as(out + err).isZero();
        OwnerKey owner = OwnerKey.of("default", "c1");
        try (RocksDbStorage store = open()) {
            assertThat(has(store, Tables.SUBSCRIPTION, owner.named("a/+"))).isTrue();
            assertThat(has(store, Tables.SESSION, owner.alone())).isEqualTo(of.equals("about"));
        }
    }

    private List<Path> files(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(directory().resolve("db"))) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    /** On a disk that the store has filled there is no room for a copy of everything. */
    @Test
    void repairLinksTablesAndReleasesTheReserve() throws IOException {
        try (RocksDbStorage store = open()) {
            session(store, "c1");
            put(store, Tables.SESSION, OwnerKey.of("default", "c2").alone(), Bytes.utf8("not a record"));
        }
        open().close(); // which writes the log into tables
        Path table = files(".sst").get(0);
        Path reserve = Files.write(directory().resolve("RESERVE"), new byte[100]);
        Path copy = directory().resolveSibling("data.copy").resolve("db").resolve(table.getFileName());
        List<Boolean> seen = new ArrayList<>();
        atFirstLine = () -> {
            try {
                seen.add(Files.isSameFile(copy, table));
                seen.add(Files.notExists(reserve));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };

        assertThat(inspect("--repair")).isZero();

        assertThat(seen).containsExactly(true, true);
        assertThat(inspect("--check")).isZero();
    }

    @Test
    void aDirectoryUnderRepairIsInUse() {
        List<Throwable> failures = new ArrayList<>();
        try (RocksDbStorage store = open()) {
            put(store, Tables.SESSION, OwnerKey.of("default", "c2").alone(), Bytes.utf8("not a record"));
        }
        atFirstLine = () -> {
            try (RocksDbStorage store = RocksDbStorage.at(directory())) {
                store.open()
                        .handle((done, failure) -> failures.add(failure))
                        .toCompletableFuture()
                        .join();
            }
        };

        assertThat(inspect("--repair")).isZero();

        assertThat(failures)
                .singleElement()
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
        open().close();
    }

    @Test
    void aRepairThatWasKilledIsEndedByTheNext() throws IOException {
        try (RocksDbStorage store = open()) {
            session(store, "c1");
        }
        Path kept = parent.resolve("data.damaged");
        Path repaired = parent.resolve("data.repaired");
        Files.createDirectory(kept);
        for (boolean both : List.of(false, true)) {
            copyOfRunning(directory(), repaired);
            Files.writeString(directory().resolve("FORMAT"), "maxmq-storage 1 repairing\n");
            Files.move(directory().resolve("db"), kept.resolve("db"));
            if (both) {
                Files.move(repaired.resolve("db"), directory().resolve("db"));
            }

            assertThat(inspect()).isEqualTo(1);
            assertThat(err).contains("a repair was interrupted");
            assertThat(inspect("--repair")).isZero();

            assertThat(inspect("--session", "c1")).isZero();
            assertThat(out).contains("owner=u");
            assertThat(repaired).doesNotExist();
            deleteTree(kept.resolve("db"));
        }
    }

    @Test
    void aRepairThatCannotBeMadeSaysNothingOfRepairs() throws IOException {
        open().close();
        Files.writeString(directory().resolve("FORMAT"), "nonsense");

        assertThat(inspect("--repair")).isEqualTo(1);

        assertThat(err).contains("FORMAT says nothing").doesNotContain("--repair");
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
        Path log = largest(".log");
        byte[] bytes = Files.readAllBytes(log);
        bytes[bytes.length / 2] ^= 0x10;
        Files.write(log, bytes);

        assertThat(inspect()).isEqualTo(1);
        assertThat(err)
                .contains(log.getFileName().toString())
                .contains("offset=")
                .contains("--repair");
        assertThat(inspect("--repair")).isZero();
        assertThat(out)
                .containsPattern(
                        "lost: the log was cut at its damage, the number of records behind the cut cannot be told:"
                                + " file=" + log + ", offset=\\d+, bytes=\\d+\n")
                .contains("an unknown number of records lost: 0 unreadable ranges, 1 losses of the log");
        assertThat(inspect("--check")).isZero();
        try (RocksDbStorage store = open()) {
            assertThat(has(store, Tables.SESSION, OwnerKey.of("default", "c0").alone()))
                    .isTrue();
            assertThat(has(store, Tables.SESSION, OwnerKey.of("default", "c49").alone()))
                    .isFalse();
        }
    }

    @Test
    void repairNamesALogFileThatIsMissing() throws IOException {
        try (RocksDbStorage store = open()) {
            session(store, "c1");
        }
        Path log = largest(".log");
        Files.delete(log);

        assertThat(inspect()).isEqualTo(1);
        assertThat(err)
                .contains("a log file is missing")
                .contains(log.toString())
                .contains("--repair");
        assertThat(inspect("--repair")).isZero();

        assertThat(out)
                .contains("lost: a log file is missing")
                .contains(log + "; the number of lost records cannot be told")
                .contains("an unknown number of records lost: 0 unreadable ranges, 1 losses of the log");
        assertThat(inspect("--check")).isZero();
    }

    private Path largest(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(directory().resolve("db"))) {
            return files.filter(each -> each.toString().endsWith(suffix))
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
                    try {
                        Files.copy(each, target);
                    } catch (NoSuchFileException e) {
                        // a file that is about to replace another: the store has renamed it since the listing
                        assertThat(each.toString()).endsWith(".new");
                    }
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
