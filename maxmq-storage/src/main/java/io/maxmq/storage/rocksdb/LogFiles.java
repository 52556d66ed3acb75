package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RocksDB's write-ahead log, {@code NNNNNN.log}, checked before RocksDB opens it. No recovery mode of RocksDB
 * distinguishes a torn tail from a damaged middle: the default one silently drops everything behind a damage, all of
 * them skip a stretch of zeros, and the strict ones refuse a torn tail or do not say where the damage is.
 *
 * <p>A file is made of blocks of 32 KiB, a block of fragments, a group of the writer of one fragment or several:
 *
 * <pre>
 *   0            4          6       7
 *   +------------+----------+-------+------------------------+
 *   | checksum   | length   | type  | length bytes           |    type: 1 whole, 2 first, 3 middle, 4 last
 *   +------------+----------+-------+------------------------+
 * </pre>
 *
 * <p>Numbers are little-endian; the checksum is a masked CRC-32C of type and bytes; fewer than 7 bytes at the end of a
 * block are zeros. A group begins with its first sequence number, 8 bytes, and the number of its records, 4 bytes; the
 * first record is the group's own number ({@link Database#GROUP}), which rises by one from group to group, so that a
 * missing one shows.
 *
 * <p>Stateless; not to be used while RocksDB writes.
 */
final class LogFiles {

    private static final Logger LOG = LoggerFactory.getLogger(LogFiles.class);

    private static final int HEADER_BYTES = 7;
    private static final int SECTOR_BYTES = 512;
    private static final int SEQUENCE_BYTES = 8;

    /** Sequence, number of records, and a first record with a number of 8 bytes under a key of 1. */
    private static final int HEAD_BYTES = SEQUENCE_BYTES + 4 + 4 + 8;

    private static final long NO_LIMIT = Long.MAX_VALUE;

    private static final int WHOLE = 1;
    private static final int FIRST = 2;
    private static final int MIDDLE = 3;
    private static final int LAST = 4;

    private LogFiles() {}

    /**
     * Checks all files, and cuts off a tail that was torn by a crash: a group that is not there as a whole, behind which
     * nothing is. Where groups were not forced to the medium, something may be behind, since a power cut keeps what it
     * likes; that goes too, so that what is left is the beginning of what there was.
     *
     * @param forced whether each group was forced before it was acknowledged
     * @param claim the groups that must be there
     * @throws StorageException {@code DAMAGED} with file and offset when a group is damaged that may have been acknowledged,
     *     or a claimed group is missing; then nothing is changed
     */
    static void checkAndCutTornTail(Path directory, boolean forced, LogClaim claim, LogClaim.LiveLogs live)
            throws IOException, RocksDBException {
        List<Path> files = list(directory);
        Map<Long, Long> firstGroups = new HashMap<>();
        long lastGroup = 0;
        for (int i = 0; i < files.size(); i++) {
            Path file = files.get(i);
            List<Path> later = files.subList(i + 1, files.size());
            long end;
            try (LogFile log = LogFile.open(file)) {
                Walk walk = new Walk(log, NO_LIMIT, lastGroup);
                boolean isSound = walk.run();
                if (walk.endOfGroups > 0) {
                    firstGroups.put(number(file), walk.firstGroup);
                }
                lastGroup = walk.lastGroup;
                if (isSound) {
                    continue;
                }
                if (walk.lacksGroups ? forced : !mayCut(log, walk, later, forced)) {
                    String what = walk.lacksGroups
                            ? "groups of the log are missing behind number " + walk.lastGroup
                            : "the log is damaged, and the groups behind the damage may have been acknowledged";
                    throw new StorageException(
                            Kind.DAMAGED,
                            what + LogClaim.REMEDY,
                            new StorageException.Place(file.toString(), walk.offset, null),
                            null);
                }
                claim.check(directory, firstGroups, lastGroup, live);
                end = walk.endOfGroups;
                LOG.warn(
                        "cut off the torn tail of the log: file={}, offset={}, bytes={}, filesBehind={}",
                        file,
                        end,
                        log.size() - end,
                        later.size());
            }
            // From the end on, so that a crash meanwhile leaves no hole.
            for (int behind = later.size() - 1; behind >= 0; behind--) {
                truncate(later.get(behind), 0);
            }
            truncate(file, end);
            return;
        }
        claim.check(directory, firstGroups, lastGroup, live);
    }

    /** Returns the number of a file's first numbered group; 0 without a complete one. RocksDB may be writing. */
    static long firstGroup(Path file) throws IOException {
        try (LogFile log = LogFile.open(file)) {
            Walk walk = new Walk(log, NO_LIMIT, 0);
            walk.runTo(1);
            return walk.firstGroup;
        } catch (NoSuchFileException e) {
            return 0; // deleted meanwhile
        }
    }

    private static boolean mayCut(LogFile log, Walk walk, List<Path> later, boolean forced) throws IOException {
        long next = nextGroup(log, walk.offset + 1);
        if (next >= 0) {
            return !forced && hasUnwrittenSector(log, walk.endOfGroups, next);
        }
        for (Path file : later) {
            try (LogFile behind = LogFile.open(file)) {
                if (forced && nextGroup(behind, 0) >= 0) {
                    return false;
                }
            }
        }
        return isTorn(log, walk);
    }

    /** Cuts off every group with a higher sequence number: those whose write has failed. */
    static void cutBehind(Path directory, long sequence) throws IOException {
        List<Path> files = list(directory);
        for (int i = files.size() - 1; i >= 0; i--) {
            long end;
            long size;
            try (LogFile log = LogFile.open(files.get(i))) {
                Walk walk = new Walk(log, sequence, 0);
                walk.run();
                end = walk.endOfGroups;
                size = log.size();
            }
            if (end < size) {
                truncate(files.get(i), end);
            }
        }
    }

    /**
     * The beginning of the log up to the first group that is not sound, or that does not follow the one before.
     *
     * @param firstGroups the number of the first group of each file with a sound group, by the number of the file; 0
     *     for a file without a numbered group
     * @param lastGroup the number of the last group, 0 without one
     * @param rest the parts of files that are left, in their order
     */
    record SoundPart(Map<Long, Long> firstGroups, long lastGroup, List<LogCut> rest) {}

    /** Reads the log up to its first damage. Changes nothing. */
    static SoundPart soundPart(Path directory) throws IOException {
        Map<Long, Long> firstGroups = new HashMap<>();
        List<LogCut> rest = new ArrayList<>();
        long lastGroup = 0;
        for (Path file : list(directory)) {
            if (!rest.isEmpty()) {
                addCut(rest, file, 0, Files.size(file));
                continue;
            }
            try (LogFile log = LogFile.open(file)) {
                Walk walk = new Walk(log, NO_LIMIT, lastGroup);
                boolean isSound = walk.run();
                if (walk.endOfGroups > 0) {
                    firstGroups.put(number(file), walk.firstGroup);
                }
                lastGroup = walk.lastGroup;
                if (!isSound) {
                    addCut(rest, file, walk.endOfGroups, log.size());
                }
            }
        }
        return new SoundPart(firstGroups, lastGroup, rest);
    }

    private static void addCut(List<LogCut> cuts, Path file, long from, long to) {
        if (to > from) {
            cuts.add(new LogCut(file, from, to - from));
        }
    }

    /** Removes parts of files. */
    static void cut(List<LogCut> cuts) throws IOException {
        for (LogCut cut : cuts) {
            truncate(cut.file(), cut.offset());
        }
    }

    /** Returns the number of bytes that all files have. */
    static long bytes(Path directory) throws IOException {
        long bytes = 0;
        for (Path file : list(directory)) {
            try {
                bytes += Files.size(file);
            } catch (NoSuchFileException e) {
                // has gone meanwhile
            }
        }
        return bytes;
    }

    /** All log files, in the order of their numbers. */
    static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().matches("\\d{1,18}\\.log"))
                    .sorted(Comparator.comparingLong(LogFiles::number))
                    .toList();
        }
    }

    /** Of six digits at least, so that names have no order. */
    static long number(Path file) {
        String name = file.getFileName().toString();
        return Long.parseLong(name, 0, name.length() - ".log".length(), 10);
    }

    /** The file with a number. */
    static Path path(Path directory, long number) {
        return directory.resolve(String.format(Locale.ROOT, "%06d.log", number));
    }

    private static void truncate(Path file, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
            channel.force(true);
        }
    }

    /** From the beginning of a file as far as it is sound. */
    private static final class Walk {
        private final LogFile log;
        private final long maxSequence;

        /** The beginning of the current group, across its fragments. */
        private final ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);

        /** Behind the last group that is there as a whole. */
        long endOfGroups;

        /** Where the fragment begins that is not sound, or the group that should not be here. */
        long offset;

        /** The number of the file's first group that has one, 0 before it. */
        long firstGroup;

        /** The number of the last group that has one, 0 before the first. */
        long lastGroup;

        /** Groups with a number so far. */
        private int groups;

        /** True if it ended because the next group is not the next one. */
        boolean lacksGroups;

        Walk(LogFile log, long maxSequence, long lastGroup) {
            this.log = log;
            this.maxSequence = maxSequence;
            this.lastGroup = lastGroup;
        }

        /** Returns whether it came to the end of the file, at the end of a group. */
        boolean run() throws IOException {
            return runTo(Integer.MAX_VALUE);
        }

        /** The same, but no further than to so many groups with a number. */
        boolean runTo(int maxGroups) throws IOException {
            boolean within = false;
            while (offset < log.size() && groups < maxGroups) {
                int leftInBlock = LogFile.leftInBlock(offset);
                if (leftInBlock < HEADER_BYTES) {
                    if (!isZero(log, offset, Math.min(offset + leftInBlock, log.size()))) {
                        return false;
                    }
                    offset += leftInBlock;
                    continue;
                }
                long end = endOfFragment(log, offset);
                int type = end < 0 ? 0 : log.at(offset + 6);
                boolean begins = type == WHOLE || type == FIRST;
                if (end < 0 || begins == within) {
                    return false;
                }
                if (begins) {
                    head.clear();
                }
                for (long at = offset + HEADER_BYTES; at < end && head.hasRemaining(); at++) {
                    head.put((byte) log.at(at));
                }
                within = type == FIRST || type == MIDDLE;
                offset = end;
                if (!within) {
                    if (!belongsHere()) {
                        offset = endOfGroups;
                        return false;
                    }
                    endOfGroups = end;
                }
            }
            offset = within ? endOfGroups : offset;
            return !within;
        }

        /** Returns whether the group that has been read is one that was looked for, and follows the one before. */
        private boolean belongsHere() {
            if (head.position() < SEQUENCE_BYTES) {
                return true; // not a group of this store
            }
            if (head.order(ByteOrder.LITTLE_ENDIAN).getLong(0) > maxSequence) {
                return false;
            }
            if (head.hasRemaining() || !GroupEncoder.beginsWithNumber(head)) {
                return true;
            }
            long group = head.order(ByteOrder.BIG_ENDIAN).getLong(HEAD_BYTES - Long.BYTES);
            lacksGroups = lastGroup != 0 && group != lastGroup + 1;
            if (!lacksGroups) {
                lastGroup = group;
                firstGroup = firstGroup == 0 ? group : firstGroup;
                groups++;
            }
            return !lacksGroups;
        }
    }

    /** Where the fragment at {@code offset} ends, or -1 when there is no sound one. */
    private static long endOfFragment(LogFile log, long offset) throws IOException {
        long room = Math.min(log.size() - offset, LogFile.leftInBlock(offset));
        if (room < HEADER_BYTES) {
            return -1;
        }
        int length = (int) log.number(offset + 4, 2);
        int type = log.at(offset + 6);
        if (type < WHOLE || type > LAST || HEADER_BYTES + length > room) {
            return -1;
        }
        int crc = log.crc32c(offset + 6, 1 + length);
        int masked = ((crc >>> 15) | (crc << 17)) + 0xA282EAD8;
        return masked == (int) log.number(offset, Integer.BYTES) ? offset + HEADER_BYTES + length : -1;
    }

    /** Returns the offset of the first sound group from {@code offset} on; -1 without one. */
    private static long nextGroup(LogFile log, long offset) throws IOException {
        for (long at = offset; at + HEADER_BYTES <= log.size(); at++) {
            if (LogFile.leftInBlock(at) >= HEADER_BYTES) {
                int type = log.at(at + 6);
                if ((type == WHOLE || type == FIRST) && endOfFragment(log, at) > 0) {
                    return at;
                }
            }
        }
        return -1;
    }

    /**
     * Returns whether what follows the last group looks as a crash leaves it: it ends too early, or has a sector that never was
     * written. A group that is all there and yet not sound was damaged later.
     */
    private static boolean isTorn(LogFile log, Walk walk) throws IOException {
        long at = walk.offset;
        while (at < log.size()) {
            long room = Math.min(log.size() - at, LogFile.leftInBlock(at));
            boolean atEnd = at + room == log.size();
            if (room < HEADER_BYTES) {
                return atEnd || hasUnwrittenSector(log, walk.endOfGroups, log.size());
            }
            int length = (int) log.number(at + 4, 2);
            int type = log.at(at + 6);
            boolean fits = HEADER_BYTES + length <= room;
            if (atEnd && !fits) {
                return true;
            }
            if (!fits || (type != FIRST && type != MIDDLE)) {
                return hasUnwrittenSector(log, walk.endOfGroups, log.size());
            }
            at += HEADER_BYTES + length;
            int left = LogFile.leftInBlock(at);
            at += left < HEADER_BYTES ? left : 0;
        }
        return true;
    }

    private static boolean hasUnwrittenSector(LogFile log, long from, long to) throws IOException {
        if (isZero(log, from, to)) {
            return true;
        }
        for (long at = (from + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
                at + SECTOR_BYTES <= to;
                at += SECTOR_BYTES) {
            if (isZero(log, at, at + SECTOR_BYTES)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isZero(LogFile log, long from, long to) throws IOException {
        for (long i = from; i < to; i++) {
            if (log.at(i) != 0) {
                return false;
            }
        }
        return true;
    }
}
