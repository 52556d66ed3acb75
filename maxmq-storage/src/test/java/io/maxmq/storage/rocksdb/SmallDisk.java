package io.maxmq.storage.rocksdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** A file system of a few MiB in memory, where this user may mount one; else the test is skipped. */
public final class SmallDisk {
    private SmallDisk() {}

    /** Uses the disk. */
    public interface Use {
        void on(Path mount) throws Exception;
    }

    public static void with(Path parent, int megabytes, Use use) throws Exception {
        Path mount = Files.createDirectory(parent.resolve("disk"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", mount.toString()),
                "may not mount a tmpfs");
        try {
            use.on(mount);
        } finally {
            run("umount", "-l", mount.toString());
        }
    }

    /** Writes a file until the disk is full. */
    public static void fill(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int bytes = 1 << 20; bytes > 0; bytes /= 2) {
                try {
                    while (true) {
                        channel.write(ByteBuffer.allocate(bytes));
                    }
                } catch (IOException full) {
                    // less may fit
                }
            }
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    }
}
