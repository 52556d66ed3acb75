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
 * <p>A key that is there and is asked for by nobody is refused when all is read, so every key that a section may have is asked
 * for each time, whatever the others say. What a system property or an environment variable of the same name says wins over the
 * file: of {@code max-sessions} in {@code sessions} it is {@code maxmq.sessions.max-sessions} and {@code
 * MAXMQ_SESSIONS_MAX_SESSIONS}. Sections within a list have no such names.
 *
 * <p>A value of the wrong kind throws a {@link ConfigFileException} that names file, line, key and value; so does a key that is
 * missing where there is no value to take {@code otherwise}. Not thread-safe.
 *
 * @since 0.1.0
 */
@Stable
public interface ConfigSection {

    /** Where it is: {@code storage}, {@code listeners.tls}, {@code authenticators[0]}; empty for the whole file. */
    String path();

    /** Whether somebody has said something for this key. */
    boolean has(String key);

    /** A text that must be there. */
    String text(String key);

    /** A text. */
    String text(String key, String otherwise);

    /** {@code true} or {@code false}; {@code on}, {@code off}, {@code yes} and {@code no} as well. */
    boolean flag(String key, boolean otherwise);

    /** A whole number. */
    int number(String key, int otherwise);

    /** A whole number. */
    long number(String key, long otherwise);

    /** An amount of bytes: {@code 65536}, {@code 64 KiB}, {@code 1 MiB}, {@code 2 GB}. */
    long bytes(String key, long otherwise);

    /** A time with its unit: {@code 250 ms}, {@code 10 s}, {@code 5 m}, {@code 1 h}, {@code 30 d}; {@code 0} needs none. */
    Duration duration(String key, Duration otherwise);

    /** The name of one of {@code type}, in lower case, with a hyphen for each underscore. */
    <E extends Enum<E>> E choice(String key, Class<E> type, E otherwise);

    /** A path that must be there. One that is not absolute begins at the configuration file's directory. */
    Path file(String key);

    /** A path; null when there is none. */
    @Nullable
    Path fileOrNull(String key);

    /** A list of paths, as {@link #texts} and {@link #file} say; empty when there is none. */
    List<Path> files(String key);

    /** A list of texts; a text alone is a list of one, and in an environment variable or a system property commas separate. */
    List<String> texts(String key, List<String> otherwise);

    /** A section within this one; without any key when there is none. */
    ConfigSection section(String key);

    /** A list of sections, in order; empty when there is none. */
    List<ConfigSection> sections(String key);

    /** The sections that {@code key} holds by names of the operator's choice, in the order of the file; empty when there is none. */
    Map<String, ConfigSection> named(String key);

    /**
     * What to throw when a value does not do.
     *
     * @param key its own, or an empty text for the section as a whole
     * @param problem says what is wrong with which value
     */
    ConfigFileException wrong(String key, String problem);

    /**
     * What to throw when a part of a text does not do. The message names the line and the column of that part in the file, or, where the file
     * does not tell (a text of several parts, for example), the line in which the text begins.
     *
     * @param key the text's own
     * @param line of the text, counted from 1; a line ends with LF, CR or both
     * @param column in characters, counted from 1
     * @param problem says what is wrong with which value, and where in the text
     */
    ConfigFileException wrongWithin(String key, int line, int column, String problem);
}
