package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.StorageException.Place;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.rocksdb.RocksDBException;

/**
 * A lower bound of the log's content, kept in the file {@code LOGS} beside the database. RocksDB finds its log files by
 * listing the directory, so it does not notice that the newest file is missing, empty or cut between two groups; the claim
 * tells.
 *
 * <pre>
 *   maxmq-logs 1
 *   group 4711          all groups up to this number were forced to the medium
 *   log 12 4000         one line for each log file with such a group: its number, and the number of its first group
 *   crc 1a2b3c4d        CRC-32C of the lines above
 * </pre>
 *
 * <p>Immutable.
 *
 * @param group 0 when nothing is claimed
 * @param logs the number of the first group, by the number of the file
 */
record LogClaim(long group, SortedMap<Long, Long> logs) {

    static final LogClaim NONE = new LogClaim(0, new TreeMap<>());

    /** The file's name in the directory of the store. */
    static final String FILE = "LOGS";

    /** The remedy for a damaged log: the end of an error message. */
    static final String REMEDY =
            "; restore a backup, or run io.maxmq.storage.Inspect DIR --repair to go on with the rest";

    private static final String FORMAT = "maxmq-logs 1";
    private static final String GROUP = "group ";
    private static final String LOG = "log ";
    private static final String CRC = "crc ";

    /** Finds the oldest log file that the database needs. */
    interface LiveLogs {
        /** The number of the oldest log file whose groups are not all in tables. */
        long oldest() throws RocksDBException, IOException;
    }

    /**
     * Reads the claim of a directory; {@link #NONE} when an older release wrote the directory.
     *
     * @throws StorageException {@code DAMAGED} when the file does not match its checksum
     */
    static LogClaim read(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return NONE;
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        int crcAt = text.lastIndexOf(CRC);
        if (crcAt < 0 || !text.substring(crcAt).trim().equals(checksum(text.substring(0, crcAt)))) {
            throw new StorageException(
                    Kind.DAMAGED,
                    "LOGS does not match its checksum; delete the file to start without a check for missing log files",
                    new Place(file.toString(), -1, null),
                    null);
        }
        long group = 0;
        SortedMap<Long, Long> logs = new TreeMap<>();
        for (String line : text.substring(0, crcAt).split("\n", -1)) {
            String[] words = line.split(" ");
            if (line.startsWith(GROUP)) {
                group = Long.parseLong(words[1]);
            } else if (line.startsWith(LOG)) {
                logs.put(Long.parseLong(words[1]), Long.parseLong(words[2]));
            }
        }
        return new LogClaim(group, logs);
    }

    /** The content of the file. */
    String text() {
        StringBuilder text = new StringBuilder(FORMAT).append('\n');
        text.append(GROUP).append(group).append('\n');
        logs.forEach((file, first) ->
                text.append(LOG).append(file).append(' ').append(first).append('\n'));
        return text + checksum(text.toString());
    }

    private static String checksum(String lines) {
        CRC32C crc = new CRC32C();
        crc.update(lines.getBytes(StandardCharsets.ISO_8859_1));
        return CRC + String.format(Locale.ROOT, "%08x", crc.getValue());
    }

    /**
     * Compares the claim with the log files. Files whose groups are all in tables may be missing: RocksDB deletes them.
     *
     * @param database the directory of the log files
     * @param found the number of the first group of each file with a sound group, by the number of the file; 0 for a
     *     file without a numbered group
     * @param lastGroup the highest number of a sound group, 0 without one
     * @throws StorageException {@code DAMAGED} with the file when the log has lost groups that were forced
     */
    void check(Path database, Map<Long, Long> found, long lastGroup, LiveLogs live)
            throws RocksDBException, IOException {
        for (Loss loss : losses(database, found, lastGroup, live)) {
            throw new StorageException(
                    Kind.DAMAGED, loss.problem() + REMEDY, new Place(loss.file().toString(), -1, null), null);
        }
    }

    /** A log file that lacks groups which were forced to the medium. */
    record Loss(Path file, String problem) {}

    /** As {@link #check}, with all losses in the order of the files. */
    List<Loss> losses(Path database, Map<Long, Long> found, long lastGroup, LiveLogs live)
            throws RocksDBException, IOException {
        List<Long> suspects = new ArrayList<>();
        logs.forEach((file, first) -> {
            if (!first.equals(found.get(file))) {
                suspects.add(file);
            }
        });
        boolean isCut = !logs.isEmpty() && lastGroup < group && !suspects.contains(logs.lastKey());
        if (suspects.isEmpty() && !isCut) {
            return List.of();
        }
        long oldest = live.oldest();
        List<Loss> losses = new ArrayList<>();
        for (long suspect : suspects) {
            if (suspect >= oldest) {
                Path file = LogFiles.path(database, suspect);
                losses.add(new Loss(
                        file,
                        "a log file " + stateOf(file) + ", and its groups from number " + logs.get(suspect)
                                + " on may have been acknowledged"));
            }
        }
        if (isCut && logs.lastKey() >= oldest) {
            losses.add(new Loss(
                    LogFiles.path(database, logs.lastKey()),
                    "the log ends at group " + lastGroup + ", and the groups up to " + group
                            + " were forced to the medium"));
        }
        return losses;
    }

    private static String stateOf(Path file) throws IOException {
        if (!Files.exists(file)) {
            return "is missing";
        }
        return Files.size(file) == 0 ? "is empty" : "has lost its beginning";
    }
}
