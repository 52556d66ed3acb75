package io.maxmq.storage.rocksdb;

import java.nio.file.Path;

/**
 * The end of a log file, which a repair removes.
 *
 * @param file the log file
 * @param offset of the first removed byte
 * @param bytes how many bytes are removed, 1 or more
 */
public record LogCut(Path file, long offset, long bytes) {}
