package io.maxmq.rules.action;

import io.maxmq.rules.sink.BatchResult;
import io.maxmq.rules.sink.Buffering;
import io.maxmq.rules.sink.RecordResult;
import io.maxmq.rules.sink.Sink;
import io.maxmq.rules.sink.SinkBatch;
import io.maxmq.rules.sink.SinkContext;
import io.maxmq.rules.sink.SinkHealth;
import io.maxmq.rules.sink.SinkRecord;
import io.maxmq.spi.Clock;
import io.maxmq.spi.Preview;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Appends each record to a file as a line of JSON: {@code FileSink.at(path).rotateAt(64 << 20).keep(10)}. What is full or old enough is
 * renamed: {@code events.jsonl} becomes {@code events.jsonl.1}, that one {@code events.jsonl.2}, and so on.
 *
 * <p>A write that fails is tried again; a line that it has left half written is cut off first. Half a line that a
 * crash has left stays, and the next record begins another. Records are with the operating system when
 * they count as written, and on the disk too with {@link #forced}. A file belongs to one sink.
 *
 * @since 0.1.0
 */
@Preview
public final class FileSink implements Sink {
    private static final int BATCH = 1_000;

    /** The most bytes of several records in one write. */
    private static final long MAX_WRITE_BYTES = 8 << 20;

    private final Path file;
    private final long maxBytes;
    private final Duration maxAge;
    private final int kept;
    private final boolean forced;

    // Used by one call at a time.
    private Clock clock = Clock.system();
    private @Nullable FileChannel channel;
    private long length;
    private long openedAtMillis;

    private FileSink(Path file, long maxBytes, Duration maxAge, int kept, boolean forced) {
        this.file = file;
        this.maxBytes = maxBytes;
        this.maxAge = maxAge;
        this.kept = kept;
        this.forced = forced;
    }

    /** Into that file, made when it is not there, of any size; its directory must be there. */
    public static FileSink at(Path file) {
        return new FileSink(file, Long.MAX_VALUE, Duration.ZERO, 10, false);
    }

    /**
     * Renames the file before it would grow beyond that size.
     *
     * @param bytes 1 or more; a record that is larger has a file of its own
     */
    public FileSink rotateAt(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes must be 1 or more: bytes=" + bytes);
        }
        return new FileSink(file, bytes, maxAge, kept, forced);
    }

    /** Renames the file when its first record of this run is that old, and another comes. */
    public FileSink rotateEvery(Duration age) {
        if (age.isNegative()) {
            throw new IllegalArgumentException("age must not be negative: age=" + age);
        }
        return new FileSink(file, maxBytes, age, kept, forced);
    }

    /** Returns the number of renamed files that stay, 0 or more; 10 unless said otherwise. The oldest is deleted. */
    public FileSink keep(int files) {
        if (files < 0) {
            throw new IllegalArgumentException("files must be 0 or more: files=" + files);
        }
        return new FileSink(file, maxBytes, maxAge, files, forced);
    }

    /** Counts records as written when they are on the disk. */
    public FileSink forced() {
        return new FileSink(file, maxBytes, maxAge, kept, true);
    }

    @Override
    public String name() {
        return "file";
    }

    @Override
    public Buffering buffering() {
        return Buffering.DEFAULTS.batches(BATCH, Duration.ZERO);
    }

    @Override
    public boolean blocking() {
        return true;
    }

    @Override
    public boolean takesJson() {
        return true;
    }

    @Override
    public CompletionStage<Void> start(SinkContext context) {
        clock = context.broker().clock();
        try {
            var unused = open();
            return CompletableFuture.completedFuture(null);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException("file can't be written: file=" + file + ": " + e, e));
        }
    }

    private FileChannel open() throws IOException {
        FileChannel present = channel;
        if (present == null || !present.isOpen()) {
            present = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                length = present.size();
                endLine(present);
            } catch (IOException e) {
                present.close();
                throw e;
            }
            openedAtMillis = clock.epochMillis();
            channel = present;
        }
        return present;
    }

    /** A crash may have left half a line, which spoils itself alone when the next record begins another. */
    private void endLine(FileChannel opened) throws IOException {
        ByteBuffer last = ByteBuffer.allocate(1);
        if (length > 0 && opened.read(last, length - 1) == 1 && last.get(0) != '\n') {
            length += opened.write(ByteBuffer.wrap(new byte[] {'\n'}), length);
        }
    }

    @Override
    public CompletionStage<BatchResult> write(SinkBatch batch) {
        List<RecordResult> results = new ArrayList<>(batch.size());
        try {
            while (results.size() < batch.size()) {
                int written = append(batch.records().subList(results.size(), batch.size()));
                results.addAll(Collections.nCopies(written, RecordResult.ok()));
            }
        } catch (IOException e) {
            abandon();
            results.addAll(Collections.nCopies(batch.size() - results.size(), RecordResult.retry(e.toString())));
        }
        return CompletableFuture.completedFuture(new BatchResult(results));
    }

    /**
     * Appends as many records as one file takes, one at least; after a failure none: the next attempt first cuts the
     * written part off.
     * @return the number of records
     */
    private int append(List<SinkRecord> records) throws IOException {
        FileChannel present = open();
        if (length > 0 && (length + lineBytes(records.get(0)) > maxBytes || isOld())) {
            rotate(present);
            present = open();
        }
        long bytes = 0;
        int count = 0;
        while (count < records.size()) {
            long more = bytes + lineBytes(records.get(count));
            if (count > 0 && (more > MAX_WRITE_BYTES || length + more > maxBytes)) {
                break;
            }
            bytes = more;
            count++;
        }
        ByteBuffer lines = ByteBuffer.allocate(Math.toIntExact(bytes));
        for (SinkRecord each : records.subList(0, count)) {
            lines.put(each.json()).put((byte) '\n');
        }
        lines.flip();
        present.truncate(length);
        present.position(length);
        while (lines.hasRemaining()) {
            int unused = present.write(lines);
        }
        if (forced) {
            present.force(false);
        }
        length += bytes;
        return count;
    }

    private static long lineBytes(SinkRecord record) {
        return record.json().length + 1L;
    }

    private boolean isOld() {
        return !maxAge.isZero() && clock.epochMillis() - openedAtMillis >= maxAge.toMillis();
    }

    private void rotate(FileChannel present) throws IOException {
        present.close();
        channel = null;
        if (kept == 0) {
            Files.delete(file);
            return;
        }
        Files.deleteIfExists(renamed(kept));
        for (int i = kept - 1; i > 0; i--) {
            if (Files.exists(renamed(i))) {
                Files.move(renamed(i), renamed(i + 1), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        Files.move(file, renamed(1), StandardCopyOption.ATOMIC_MOVE);
    }

    private Path renamed(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    /** Half a batch may be in the file: the next attempt begins where this one did. */
    private void abandon() {
        FileChannel present = channel;
        if (present != null && present.isOpen()) {
            try {
                present.truncate(length);
            } catch (IOException e) {
                // The next attempt does so too, and fails if it can't.
            }
        }
    }

    @Override
    public CompletionStage<SinkHealth> probe() {
        try {
            var unused = open();
            return CompletableFuture.completedFuture(SinkHealth.up());
        } catch (IOException e) {
            return CompletableFuture.completedFuture(SinkHealth.down(e.toString()));
        }
    }

    @Override
    public CompletionStage<Void> close() {
        FileChannel present = channel;
        channel = null;
        if (present != null) {
            try {
                present.close();
            } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
            }
        }
        return CompletableFuture.completedFuture(null);
    }
}
