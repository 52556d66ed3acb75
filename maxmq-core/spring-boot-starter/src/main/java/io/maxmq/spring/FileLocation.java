package io.maxmq.spring;

import java.io.FileNotFoundException;
import java.nio.file.Path;
import org.springframework.util.ResourceUtils;

/** Locations of files, as properties name them. */
final class FileLocation {
    private FileLocation() {}

    /**
     * Resolves a location: a path, {@code file:PATH} or {@code classpath:NAME}.
     *
     * @throws IllegalArgumentException when the location is no file
     */
    static Path at(String location) {
        try {
            return ResourceUtils.getFile(location).toPath();
        } catch (FileNotFoundException e) {
            throw new IllegalArgumentException("not a file: " + location + "; " + e.getMessage(), e);
        }
    }
}
