package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.StorageException.Place;
import io.maxmq.spi.storage.Table;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** RocksDB's errors in the words of the storage interface. Stateless. */
final class Failures {

    /** "… in /path/000012.sst offset 4096 size 4085". */
    private static final Pattern BLOCK = Pattern.compile("in (\\S+\\.(?:sst|log|blob)) offset (\\d+)");

    private static final Pattern FILE =
            Pattern.compile("([^\\s:,]*(?:\\d{6}\\.(?:sst|log|blob)|MANIFEST-\\d+|CURRENT))");

    private Failures() {}

    static StorageException of(RocksDBException e, @Nullable Table table) {
        String message = oneLine(e.getMessage());
        return new StorageException(kind(e, message), message, place(message, table), e);
    }

    /** A failure of the file system outside of RocksDB. */
    static StorageException of(IOException e, String doing) {
        String message = oneLine(e.toString());
        return new StorageException(saysFull(message) ? Kind.FULL : Kind.IO, doing + ": " + message, e);
    }

    /** Converts the exception of a task to the failure of its stage. */
    static Throwable of(Throwable e, @Nullable Table table) {
        return e instanceof RocksDBException rocks ? of(rocks, table) : e;
    }

    /** Returns whether RocksDB has not written since its tables are behind. */
    static boolean isStall(RocksDBException e) {
        Status status = e.getStatus();
        return status != null && status.getCode() == Status.Code.Incomplete;
    }

    private static Kind kind(RocksDBException e, String message) {
        Status status = e.getStatus();
        if (status == null) {
            return saysFull(message) ? Kind.FULL : Kind.IO;
        }
        return switch (status.getCode()) {
            case Corruption -> Kind.DAMAGED;
            case ShutdownInProgress -> Kind.CLOSED;
            default -> status.getSubCode() == Status.SubCode.NoSpace || saysFull(message) ? Kind.FULL : Kind.IO;
        };
    }

    private static boolean saysFull(String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        return lower.contains("no space left") || lower.contains("disk quota exceeded");
    }

    private static Place place(String message, @Nullable Table table) {
        Matcher block = BLOCK.matcher(message);
        if (block.find()) {
            return new Place(block.group(1), Long.parseLong(block.group(2)), table);
        }
        Matcher file = FILE.matcher(message);
        return new Place(file.find() ? file.group(1) : null, -1, table);
    }

    private static String oneLine(@Nullable String message) {
        return message == null ? "no message" : message.replaceAll("\\s+", " ").trim();
    }
}
