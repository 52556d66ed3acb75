package io.maxmq.examples.customstorage;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Batches in a file, in groups that were written at once:
 *
 * <pre>
 *   +----------------+----------------+--------------+-------------------+
 *   | length of the  | CRC-32C of the | number of    | the batches,      |
 *   | group, 4 bytes | group, 4 bytes | batches, 4   | {@link BatchCodec}|
 *   +----------------+----------------+--------------+-------------------+
 * </pre>
 *
 * <p>A group that is incomplete and the last one was never acknowledged: a crash came in between, and it is cut off. Any other
 * that is not whole is damage, and the file is not opened. Not thread-safe.
 */
final class BatchLog {
    private static final int HEADER_BYTES = 8;

    /** More than any group has: what bytes of batches may be pending, and what the codec adds to them. */
    private static final int MAX_GROUP_BYTES = 64 << 20;

    private final Path file;
    private final FileChannel channel;

    /** Behind the last whole group. */
    private long end;

    /** Whether something may be behind the end that does not count. */
    private boolean torn;

    private BatchLog(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Creates the file if it is not there.
     *
     * @throws StorageException {@code UNAVAILABLE} when somebody else has it open, {@code IO}
     */
    static BatchLog open(Path file) {
        try {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                if (channel.tryLock() == null) {
                    throw new OverlappingFileLockException();
                }
            } catch (OverlappingFileLockException e) {
                channel.close();
                throw new StorageException(Kind.UNAVAILABLE, "in use by another process or store", place(file, -1), e);
            }
            forceDirectory(file); // or a power cut might take the name of a file whose content is safe
            return new BatchLog(file, channel);
        } catch (IOException e) {
            throw new StorageException(Kind.IO, "cannot open", place(file, -1), e);
        }
    }

    private static void forceDirectory(Path file) throws IOException {
        try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /**
     * Hands over all groups, and cuts off the rest of one that was being written at a crash.
     *
     * @throws StorageException {@code DAMAGED}, {@code IO}
     */
    void read(Consumer<List<Batch>> groups) {
        try {
            long size = channel.size();
            while (end < size) {
                ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
                readFully(header, end);
                int length = header.getInt(0);
                boolean plausible = length > 0 && length <= MAX_GROUP_BYTES;
                long next = plausible ? end + HEADER_BYTES + length : end;
                ByteBuffer group = ByteBuffer.allocate(plausible && next <= size ? length : 0);
                readFully(group, end + HEADER_BYTES);
                if (group.capacity() == 0 || crc(group.array()) != header.getInt(4)) {
                    boolean mayBeTheLast = plausible ? next >= size : size - end <= HEADER_BYTES + MAX_GROUP_BYTES;
                    if (!mayBeTheLast) {
                        throw new StorageException(Kind.DAMAGED, "checksum differs", place(file, end), null);
                    }
                    channel.truncate(end);
                    channel.force(true);
                    break;
                }
                groups.accept(decoded(group.array()));
                end = next;
            }
        } catch (IOException e) {
            throw new StorageException(Kind.IO, "cannot read", place(file, end), e);
        }
    }

    /** Stops at the end of the file, too. */
    private void readFully(ByteBuffer buffer, long position) throws IOException {
        long at = position;
        for (int read = 0; buffer.hasRemaining() && read >= 0; at += read) {
            read = channel.read(buffer, at);
        }
    }

    /**
     * Returns when all are forced to the medium. When it fails nothing is lost but these, and the next call tries anew: there may
     * be space again.
     *
     * @throws StorageException {@code IO}; until the next call a crash may bring these batches back
     */
    void append(List<Batch> batches) {
        try {
            if (torn) {
                channel.truncate(end);
            }
            torn = true;
            byte[] group = encoded(batches);
            ByteBuffer frame = ByteBuffer.allocate(HEADER_BYTES + group.length);
            frame.putInt(group.length).putInt(crc(group)).put(group).flip();
            long at = end;
            while (frame.hasRemaining()) {
                at += channel.write(frame, at);
            }
            channel.force(false);
            end = at;
            torn = false;
        } catch (IOException e) {
            throw new StorageException(Kind.IO, "cannot write", place(file, end), e);
        }
    }

    private static byte[] encoded(List<Batch> batches) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(batches.size());
        for (Batch batch : batches) {
            BatchCodec.write(batch, out);
        }
        return bytes.toByteArray();
    }

    private static List<Batch> decoded(byte[] group) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(group));
        List<Batch> batches = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            batches.add(BatchCodec.read(in));
        }
        return batches;
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private static StorageException.Place place(Path file, long offset) {
        return new StorageException.Place(file.toString(), offset, null);
    }

    /** Also gives the lock back. */
    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // All that was acknowledged has been forced.
        }
    }
}
