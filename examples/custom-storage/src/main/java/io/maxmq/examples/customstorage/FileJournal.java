package io.maxmq.examples.customstorage;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Journal;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.StorageException.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

/**
 * Records in a file, those of one {@link #append} in a frame, which is forced to the medium:
 *
 * <pre>
 *   0        4         8                  12
 *   | length | ~length | CRC-32C of what | length of a record | record | length of a record | …
 *   |        |         | follows         |
 * </pre>
 *
 * <p>What is not a frame and has none behind it is what a crash left of one that was never acknowledged. If one follows, the file is
 * damaged. Beside the file are its lock, {@code .lock}, and while it is written anew {@code .new}.
 */
@SuppressWarnings("NullAway.Init") // open() comes first
final class FileJournal implements Journal {
    private static final int HEADER_BYTES = 12;

    private final Path file;
    private FileChannel lock;
    private FileChannel channel;

    /** Of the frames; what is behind doesn't count. */
    private long end;

    FileJournal(Path file) {
        this.file = file.toAbsolutePath();
    }

    @Override
    public void open(Consumer<Bytes> records) throws IOException {
        lock = FileChannel.open(beside(".lock"), CREATE, WRITE);
        try {
            if (lock.tryLock() == null) {
                throw new OverlappingFileLockException();
            }
        } catch (OverlappingFileLockException e) {
            throw new StorageException(Kind.UNAVAILABLE, "in use by another store", place(-1), e);
        }
        channel = FileChannel.open(file, CREATE, READ, WRITE);
        forceDirectory(); // or a power cut might take the name of a file whose content is safe
        for (ByteBuffer frame = frameAt(end); frame != null; frame = frameAt(end)) {
            end += HEADER_BYTES + frame.remaining();
            while (frame.hasRemaining()) {
                byte[] record = new byte[frame.getInt()];
                frame.get(record);
                records.accept(Bytes.wrap(record));
            }
        }
        for (long at = end + 1; at < channel.size(); at++) {
            if (frameAt(at) != null) {
                throw new StorageException(Kind.DAMAGED, "no frame, but one follows", place(end), null);
            }
        }
    }

    /** What is in the frame that begins here, if one does. */
    private @Nullable ByteBuffer frameAt(long at) throws IOException {
        ByteBuffer header = read(at, HEADER_BYTES);
        int length = header.getInt();
        if (length <= 0 || header.getInt() != ~length || length > channel.size() - at - HEADER_BYTES) {
            return null;
        }
        ByteBuffer frame = read(at + HEADER_BYTES, length);
        return crc(frame) == header.getInt() ? frame : null;
    }

    /** Has zeros where the file ends before. */
    private ByteBuffer read(long at, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining() && channel.read(buffer, at + buffer.position()) > 0) {}
        return buffer.clear();
    }

    @Override
    public void append(List<Bytes> records) throws IOException {
        long next = write(channel, end, records);
        channel.force(false);
        end = next;
    }

    /** Cuts off what is behind {@code at}, writes a frame there, and says where it ends. */
    private static long write(FileChannel to, long at, List<Bytes> records) throws IOException {
        int length = records.stream()
                .mapToInt(record -> Integer.BYTES + record.length())
                .sum();
        ByteBuffer frame = ByteBuffer.allocate(HEADER_BYTES + length).position(HEADER_BYTES);
        records.forEach(record -> frame.putInt(record.length()).put(record.asByteBuffer()));
        int crc = crc(frame.flip().position(HEADER_BYTES));
        frame.rewind().putInt(length).putInt(~length).putInt(crc).rewind();
        to.truncate(at).position(at);
        while (frame.hasRemaining()) {
            to.write(frame);
        }
        return at + HEADER_BYTES + length;
    }

    @Override
    public void replace(Iterator<Bytes> records) throws IOException {
        FileChannel anew = FileChannel.open(beside(".new"), CREATE, TRUNCATE_EXISTING, READ, WRITE);
        long at = 0;
        try {
            while (records.hasNext()) {
                at = write(anew, at, List.of(records.next()));
            }
            anew.force(false);
            Files.move(beside(".new"), file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            anew.close();
            throw e;
        }
        channel.close();
        channel = anew;
        end = at;
        forceDirectory();
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }

    private void forceDirectory() throws IOException {
        try (FileChannel directory = FileChannel.open(file.getParent(), READ)) {
            directory.force(true);
        }
    }

    private Path beside(String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    private Place place(long offset) {
        return new Place(file.toString(), offset, null);
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
        if (lock != null) {
            lock.close();
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
