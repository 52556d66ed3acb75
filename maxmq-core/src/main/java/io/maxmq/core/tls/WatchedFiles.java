package io.maxmq.core.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Files that are looked at again and again. A change counts when all are the same twice: one who writes them in place, or one after
 * the other, is given time to finish. Not thread-safe; one look at a time.
 */
public final class WatchedFiles {
    private final List<Path> files;
    private List<Stamp> known;
    private @Nullable List<Stamp> changing;

    private record Stamp(
            FileTime modified, long bytes, @Nullable Object file) {}

    /** Begins with the files as they are now; make it before the first reading, so that no change is missed. */
    public WatchedFiles(List<Path> files) {
        this.files = List.copyOf(files);
        this.known = stamps();
    }

    /** One look: whether they have changed, and have come to rest. */
    public boolean haveChanged() {
        List<Stamp> now = stamps();
        if (now.size() < files.size() || now.equals(known)) {
            changing = null; // a file that is away for a moment is being replaced
        } else if (now.equals(changing)) {
            changing = null;
            known = now;
            return true;
        } else {
            changing = now;
        }
        return false;
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
