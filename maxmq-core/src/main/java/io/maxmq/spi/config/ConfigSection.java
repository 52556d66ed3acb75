package io.maxmq.spi.config;

import io.maxmq.spi.Stable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The part of a configuration file between two braces, read key by key. Only MaxMQ implements it.
 *
 * <p>After reading, a key in the file that no call has requested is an error; so a plug-in requests every key that its
 * section may have, independent of the values of others. A system property or an environment variable overrides the
 * file: for {@code max-sessions} in {@code sessions} these are {@code maxmq.sessions.max-sessions} and {@code
 * MAXMQ_SESSIONS_MAX_SESSIONS}. Sections within a list cannot be overridden.
 *
 * <p>A value of the wrong kind throws a {@link ConfigFileException} that names file, line, key and value; so does a
 * missing key when the method has no default {@code otherwise}. Not thread-safe.
 *
 * @since 0.1.0
 */
@Stable
public interface ConfigSection {

    /**
     * Returns the path of the section: {@code storage}, {@code listeners.tls}, {@code authenticators[0]}; empty for the
     * whole file.
     */
    String path();

    /** Returns whether the file, a system property or an environment variable has this key. */
    boolean has(String key);

    /** Reads a required text. */
    String text(String key);

    /** Reads a text. */
    String text(String key, String otherwise);

    /** {@code true} or {@code false}; {@code on}, {@code off}, {@code yes} and {@code no} as well. */
    boolean flag(String key, boolean otherwise);

    /** Reads an integer. */
    int number(String key, int otherwise);

    /** Reads an integer. */
    long number(String key, long otherwise);

    /** Reads an amount of bytes: {@code 65536}, {@code 64 KiB}, {@code 1 MiB}, {@code 2 GB}. */
    long bytes(String key, long otherwise);

    /**
     * Reads a duration with its unit: {@code 250 ms}, {@code 10 s}, {@code 5 m}, {@code 1 h}, {@code 30 d}; {@code 0}
     * needs no unit.
     */
    Duration duration(String key, Duration otherwise);

    /** The name of one of {@code type}, in lower case, with a hyphen for each underscore. */
    <E extends Enum<E>> E choice(String key, Class<E> type, E otherwise);

    /** Reads a required path. A relative path is resolved against the configuration file's directory. */
    Path file(String key);

    /** Reads a path; null for a missing key. */
    @Nullable
    Path fileOrNull(String key);

    /** Reads a list of paths, as {@link #texts} and {@link #file} do; empty for a missing key. */
    List<Path> files(String key);

    /**
     * Reads a list of texts. A single text is a list of one; an environment variable or a system property separates
     * texts by commas.
     */
    List<String> texts(String key, List<String> otherwise);

    /** Reads a section within this one; a missing section has no keys. */
    ConfigSection section(String key);

    /** Reads a list of sections, in order; empty for a missing key. */
    List<ConfigSection> sections(String key);

    /**
     * Reads the sections within {@code key}, by names that the operator chose, in the order of the file; empty for a
     * missing key.
     */
    Map<String, ConfigSection> named(String key);

    /**
     * Creates the exception for an invalid value; the caller throws it.
     *
     * @param key its key, or an empty text for the section as a whole
     * @param problem the error, with the value
     */
    ConfigFileException wrong(String key, String problem);

    /**
     * Creates the exception for an invalid part of a text; the caller throws it. The message names the line and the
     * column of that part in the file or, when the position is unknown (a text of several parts, for example), the line
     * in which the text begins.
     *
     * @param key the key of the text
     * @param line of the text, counted from 1; a line ends with LF, CR or both
     * @param column in characters, counted from 1
     * @param problem the error, with the value and its place in the text
     */
    ConfigFileException wrongWithin(String key, int line, int column, String problem);
}
