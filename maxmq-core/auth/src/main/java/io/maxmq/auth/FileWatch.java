package io.maxmq.auth;

import io.maxmq.spi.Registration;
import io.maxmq.spi.extension.BrokerContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a file again and again, and has it read when it has changed and is the same twice: one who writes it in place is given
 * time to finish. What the reading throws is reported as {@code PluginFailed}, once for each change. Runs on the worker pool, one
 * look at a time.
 */
final class FileWatch implements Runnable {
    /** A change is seen within twice that, less than a second. */
    static final Duration PERIOD = Duration.ofMillis(400);

    private final Path file;
    private final Runnable read;
    private @Nullable Stamp known;
    private @Nullable Stamp changing;

    /**
     * Begins with the file as it is now; make it before the first reading, so that no change is missed.
     *
     * @param read reads the file again
     */
    FileWatch(Path file, Runnable read) {
        this.file = file;
        this.read = read;
        this.known = stamp();
    }

    Registration start(BrokerContext context) {
        return context.timers().every(PERIOD, this);
    }

    /** One look. */
    @Override
    public void run() {
        Stamp now = stamp();
        if (now == null || now.equals(known)) {
            changing = null; // a file that is away for a moment is being replaced
        } else if (now.equals(changing)) {
            changing = null;
            known = now;
            read.run();
        } else {
            changing = now;
        }
    }

    private @Nullable Stamp stamp() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        } catch (IOException e) {
            return null;
        }
    }

    private record Stamp(
            FileTime modified, long bytes, @Nullable Object file) {}
}
