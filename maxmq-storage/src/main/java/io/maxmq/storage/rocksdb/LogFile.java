package io.maxmq.storage.rocksdb;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/** A file of RocksDB's log, read a block at a time, however large it is. Not thread-safe. */
final class LogFile implements AutoCloseable {

    private static final int BLOCK_BYTES = 32 * 1024;

    private final FileChannel channel;
    private final long size;
    private final byte[] block = new byte[BLOCK_BYTES];

    /** Which one {@link #block} is; -1 before the first. */
    private long blockIndex = -1;

    private LogFile(FileChannel channel, long size) {
        this.channel = channel;
        this.size = size;
    }

    static LogFile open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return new LogFile(channel, channel.size());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** In bytes. */
    long size() {
        return size;
    }

    /** Returns the number of bytes that the block still has, from {@code offset} on; 1 or more. */
    static int leftInBlock(long offset) {
        return BLOCK_BYTES - (int) (offset % BLOCK_BYTES);
    }

    /** The byte at {@code offset}, 0..255. */
    int at(long offset) throws IOException {
        return block(offset)[(int) (offset % BLOCK_BYTES)] & 0xFF;
    }

    /** A little-endian number of so many bytes. */
    long number(long offset, int bytes) throws IOException {
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << 8 | at(offset + i);
        }
        return value;
    }

    /** The checksum of bytes that lie in one block. */
    int crc32c(long offset, int bytes) throws IOException {
        CRC32C crc = new CRC32C();
        crc.update(block(offset), (int) (offset % BLOCK_BYTES), bytes);
        return (int) crc.getValue();
    }

    private byte[] block(long offset) throws IOException {
        long index = offset / BLOCK_BYTES;
        if (index != blockIndex) {
            long begin = index * BLOCK_BYTES;
            ByteBuffer buffer = ByteBuffer.wrap(block, 0, (int) Math.min(BLOCK_BYTES, size - begin));
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, begin + buffer.position()) < 0) {
                    throw new EOFException("log became shorter while it was read: size=" + size);
                }
            }
            blockIndex = index;
        }
        return block;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
