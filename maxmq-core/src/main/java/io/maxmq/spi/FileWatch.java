package io.maxmq.spi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Polls files and runs a callback after a change. A change counts when two polls in a row see the same new state, so that a program that
 * writes the files in place, or one after the other, has time to finish; a missing file is being replaced. Polls run on the worker pool,
 * one at a time.
 *
 * @since 0.1.0
 */
@Internal
public final class FileWatch implements Runnable {
    /** Time between two polls. The callback runs at most twice that after a change. */
    public static final Duration PERIOD = Duration.ofMillis(400);

    private final List<Path> files;
    private final Runnable onChange;

    /** Empty while a file is missing, as each of {@code changing}. */
    private List<Stamp> known;

    private @Nullable List<Stamp> changing;

    private record Stamp(
            FileTime modified, long bytes, @Nullable Object file) {}

    /**
     * Notes the present state of the files. Create the watch before the first reading of the files, so that it misses no change. Blocks.
     *
     * @param onChange reads the files again; runs on a worker. {@link Timers} report an exception that it throws, once for each change
     */
    public FileWatch(List<Path> files, Runnable onChange) {
        this.files = List.copyOf(files);
        this.onChange = onChange;
        this.known = stamps();
    }

    /** Polls until the registration is closed. */
    public Registration start(Timers timers) {
        return timers.every(PERIOD, this);
    }

    /** Polls once. Blocks. */
    @Override
    public void run() {
        List<Stamp> now = stamps();
        if (now.isEmpty() || now.equals(known)) {
            changing = null;
        } else if (now.equals(changing)) {
            changing = null;
            known = now;
            onChange.run();
        } else {
            changing = now;
        }
    }

    private List<Stamp> stamps() {
        List<Stamp> stamps = new ArrayList<>();
        for (Path each : files) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(each, BasicFileAttributes.class);
                stamps.add(new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey()));
            } catch (IOException e) {
                return List.of();
            }
        }
        return stamps;
    }
}
