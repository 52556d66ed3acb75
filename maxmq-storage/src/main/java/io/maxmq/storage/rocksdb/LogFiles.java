package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RocksDB's write-ahead log, {@code NNNNNN.log}, looked at before RocksDB opens it, since none of its recovery modes tells a
 * torn tail from a damaged middle as we promise: the default one silently drops everything behind a damage, all of them skip
 * a stretch of zeros, and the strict ones refuse a torn tail or do not say where the damage is.
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
 * <p>Numbers are little-endian; the checksum is a masked CRC-32C of type and bytes; fewer than 7 bytes at the end of a block
 * are zeros. A whole group begins with its sequence number, 8 bytes.
 *
 * <p>Stateless; not to be used while RocksDB writes.
 */
final class LogFiles {

    private static final Logger LOG = LoggerFactory.getLogger(LogFiles.class);

    private static final int BLOCK_BYTES = 32 * 1024;
    private static final int HEADER_BYTES = 7;
    private static final int SECTOR_BYTES = 512;
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
     * @throws StorageException {@code DAMAGED} with file and offset when a group is damaged that may have been acknowledged
     */
    static void checkAndCutTornTail(Path directory, boolean forced) throws IOException {
        List<Path> files = list(directory);
        for (int i = 0; i < files.size(); i++) {
            Path file = files.get(i);
            ByteBuffer bytes = read(file);
            Walk walk = new Walk(bytes, NO_LIMIT);
            if (walk.run()) {
                continue;
            }
            List<Path> later = files.subList(i + 1, files.size());
            if (!mayCut(bytes, walk, later, forced)) {
                throw new StorageException(
                        Kind.DAMAGED,
                        "the log is damaged, and what is behind may have been acknowledged",
                        new StorageException.Place(file.toString(), walk.offset, null),
                        null);
            }
            LOG.warn(
                    "cut off the torn tail of the log: file={}, offset={}, bytes={}, filesBehind={}",
                    file,
                    walk.endOfGroups,
                    bytes.limit() - walk.endOfGroups,
                    later.size());
            for (int behind = later.size() - 1; behind >= 0; behind--) {
                truncate(later.get(behind), 0);
            }
            truncate(file, walk.endOfGroups);
            return;
        }
    }

    private static boolean mayCut(ByteBuffer bytes, Walk walk, List<Path> later, boolean forced) throws IOException {
        int next = nextGroup(bytes, walk.offset + 1);
        if (next >= 0) {
            return !forced && hasUnwrittenSector(bytes, walk.endOfGroups, next);
        }
        for (Path file : later) {
            if (forced && nextGroup(read(file), 0) >= 0) {
                return false;
            }
        }
        return isTorn(bytes, walk);
    }

    /** Cuts off every group with a higher sequence number: those whose write has failed. */
    static void cutBehind(Path directory, long sequence) throws IOException {
        for (Path file : list(directory)) {
            ByteBuffer bytes = read(file);
            Walk walk = new Walk(bytes, sequence);
            walk.run();
            if (walk.endOfGroups < bytes.limit()) {
                truncate(file, walk.endOfGroups);
            }
        }
    }

    /** How many bytes all files have. */
    static long bytes(Path directory) throws IOException {
        long bytes = 0;
        for (Path file : list(directory)) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().matches("\\d+\\.log"))
                    .sorted()
                    .toList();
        }
    }

    private static ByteBuffer read(Path file) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void truncate(Path file, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
            channel.force(true);
        }
    }

    /** From the beginning of a file as far as it is sound. */
    private static final class Walk {
        private final ByteBuffer bytes;
        private final long maxSequence;

        /** Behind the last group that is there as a whole. */
        int endOfGroups;

        /** Where the fragment begins that is not sound. */
        int offset;

        Walk(ByteBuffer bytes, long maxSequence) {
            this.bytes = bytes;
            this.maxSequence = maxSequence;
        }

        /** Whether it came to the end of the file, at the end of a group. */
        boolean run() {
            boolean within = false;
            while (offset < bytes.limit()) {
                int leftInBlock = BLOCK_BYTES - offset % BLOCK_BYTES;
                if (leftInBlock < HEADER_BYTES) {
                    if (!isZero(bytes, offset, Math.min(offset + leftInBlock, bytes.limit()))) {
                        return false;
                    }
                    offset += leftInBlock;
                    continue;
                }
                int end = endOfFragment(bytes, offset);
                int type = end < 0 ? 0 : bytes.get(offset + 6);
                boolean begins = type == WHOLE || type == FIRST;
                if (end < 0 || begins == within) {
                    return false;
                }
                if (begins
                        && end - offset >= HEADER_BYTES + Long.BYTES
                        && bytes.getLong(offset + HEADER_BYTES) > maxSequence) {
                    return false;
                }
                within = type == FIRST || type == MIDDLE;
                offset = end;
                if (!within) {
                    endOfGroups = end;
                }
            }
            offset = within ? endOfGroups : offset;
            return !within;
        }
    }

    /** Where the fragment at {@code offset} ends, or -1 when there is no sound one. */
    private static int endOfFragment(ByteBuffer bytes, int offset) {
        int room = Math.min(bytes.limit() - offset, BLOCK_BYTES - offset % BLOCK_BYTES);
        if (room < HEADER_BYTES) {
            return -1;
        }
        int length = bytes.getShort(offset + 4) & 0xFFFF;
        int type = bytes.get(offset + 6);
        if (type < WHOLE || type > LAST || HEADER_BYTES + length > room) {
            return -1;
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), offset + 6, 1 + length);
        int value = (int) crc.getValue();
        int masked = ((value >>> 15) | (value << 17)) + 0xA282EAD8;
        return masked == bytes.getInt(offset) ? offset + HEADER_BYTES + length : -1;
    }

    /** Where the first sound group begins from {@code offset} on, or -1 when none does. */
    private static int nextGroup(ByteBuffer bytes, int offset) {
        for (int at = offset; at + HEADER_BYTES <= bytes.limit(); at++) {
            int type = bytes.get(at + 6);
            if ((type == WHOLE || type == FIRST) && endOfFragment(bytes, at) > 0) {
                return at;
            }
        }
        return -1;
    }

    /**
     * Whether what follows the last group looks as a crash leaves it: it ends too early, or has a sector that never was
     * written. A group that is all there and yet not sound was damaged later.
     */
    private static boolean isTorn(ByteBuffer bytes, Walk walk) {
        int at = walk.offset;
        while (true) {
            int room = Math.min(bytes.limit() - at, BLOCK_BYTES - at % BLOCK_BYTES);
            boolean atEnd = at + room == bytes.limit();
            if (room < HEADER_BYTES) {
                return atEnd || hasUnwrittenSector(bytes, walk.endOfGroups, bytes.limit());
            }
            int length = bytes.getShort(at + 4) & 0xFFFF;
            int type = bytes.get(at + 6);
            if (atEnd && HEADER_BYTES + length > room) {
                return true;
            }
            boolean goesOn = type == FIRST || type == MIDDLE;
            if (!goesOn || HEADER_BYTES + length > room) {
                return hasUnwrittenSector(bytes, walk.endOfGroups, bytes.limit());
            }
            at += HEADER_BYTES + length;
            int left = BLOCK_BYTES - at % BLOCK_BYTES;
            at += left < HEADER_BYTES ? left : 0;
            if (at >= bytes.limit()) {
                return true;
            }
        }
    }

    private static boolean hasUnwrittenSector(ByteBuffer bytes, int from, int to) {
        if (isZero(bytes, from, to)) {
            return true;
        }
        for (int at = (from + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
                at + SECTOR_BYTES <= to;
                at += SECTOR_BYTES) {
            if (isZero(bytes, at, at + SECTOR_BYTES)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isZero(ByteBuffer bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes.get(i) != 0) {
                return false;
            }
        }
        return true;
    }
}
